#pragma once
#include "tls_io.h"
/* The small C code that Swift cannot express: see the headers included here. */
#include "parley_arena.h"
#include "epoll_shim.h"
int parley_shims_version(void);
#include "tls_resumption.h"
#include "heap.h"
