/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PARLEY_CLLAMA_SHIM_H
#define PARLEY_CLLAMA_SHIM_H

#include <llama.h>
#include <math.h>
#include <string.h>

/* llama_batch.seq_id is an array of arrays: filling it is one line of C and five of Swift. The caller has checked
 * that the batch has room. */
static inline void cllama_batch_add(
    struct llama_batch * batch, llama_token token, llama_pos position, llama_seq_id sequence, bool wants_output) {
    const int32_t at = batch->n_tokens;
    batch->token[at] = token;
    batch->pos[at] = position;
    batch->n_seq_id[at] = 1;
    batch->seq_id[at][0] = sequence;
    batch->logits[at] = wants_output ? 1 : 0;
    batch->n_tokens = at + 1;
}

/* The first of the greatest. Here and not in Swift because a debug build of Swift walks a vocabulary of 49,152 about
 * twenty times slower than one of C, and greedy decoding does it for every token. */
static inline int32_t cllama_likeliest(const float * logits, int32_t count) {
    int32_t best = 0;
    for (int32_t at = 1; at < count; at++) {
        if (logits[at] > logits[best]) { best = at; }
    }
    return best;
}

static inline bool cllama_is_same(const char * a, const char * b) { return strcmp(a, b) == 0; }

/* The share of one token in the whole distribution. What is less likely by a factor of e^15 is left out: all of a
 * vocabulary of that kind together would change the result by a hundredth or two. */
static inline float cllama_probability(const float * logits, int32_t count, int32_t token) {
    const float top = logits[token];
    float sum = 0;
    for (int32_t at = 0; at < count; at++) {
        const float below = logits[at] - top;
        if (below > -15.0f) { sum += expf(below); }
    }
    return sum > 0 ? 1 / sum : 0;
}

#endif
