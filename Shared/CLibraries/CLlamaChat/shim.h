/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PARLEY_CLLAMACHAT_SHIM_H
#define PARLEY_CLLAMACHAT_SHIM_H

#include <parley_llama_chat.h>

#endif
