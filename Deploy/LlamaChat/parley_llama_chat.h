/* SPDX-License-Identifier: Apache-2.0
 *
 * What Parley uses of llama.cpp's C++ `common`, as a C interface: chat templates, parsing of tool calls, grammars.
 *
 * Nothing here throws, prints or aborts. Text goes in as bytes and a count and comes out as a `plc_text`, to be given
 * back with `plc_text_free`. A function that can fail returns PLC_OK or why not, and then its text, when it has one, is
 * a message for our log; it may quote what it was given.
 */
#ifndef PARLEY_LLAMA_CHAT_H
#define PARLEY_LLAMA_CHAT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define PLC_API extern "C" __attribute__((visibility("default")))
#define PLC_NOTHROW noexcept
#else
#define PLC_API
#define PLC_NOTHROW
#endif

enum {
    PLC_OK = 0,
    PLC_INVALID = 1,  /* what was given cannot be used */
    PLC_LIMIT = 2,    /* it is larger or deeper than we accept */
    PLC_INTERNAL = 3, /* memory, or a fault of the library */
};

typedef struct {
    char *bytes; /* ends with a zero that is not counted */
    size_t count;
} plc_text;

PLC_API void plc_text_free(plc_text text) PLC_NOTHROW;

/* The version of llama.cpp this was built from. Headers, libraries and sources must be of one version. */
PLC_API const char *plc_version(void) PLC_NOTHROW;

/* A compiled template: read-only, for any number of threads. A template is trusted: it comes from the model's file or
 * the operator, never from a request, because one can recurse or loop for ever. */
typedef struct plc_template plc_template;
PLC_API int plc_template_new(
    const char *source, size_t count, const char *bos, const char *eos, plc_template **made, plc_text *said)
    PLC_NOTHROW;
PLC_API void plc_template_free(plc_template *made) PLC_NOTHROW;
/* Whether the template puts tools into the prompt. One that does not drops them in silence. */
PLC_API int plc_template_supports_tools(const plc_template *made) PLC_NOTHROW;

/* request: {messages, tools, tool_choice, parallel_tool_calls, now}, as in OpenAI's body but for `now`, seconds since
 * 1970. Answer: {prompt, generation_prompt, grammar, is_lazy, triggers[], prefill, stops[], preserved[], parser{}};
 * `prefill` is what the grammar wants to have seen before the first token. */
PLC_API int plc_template_render(const plc_template *made, const char *request, size_t count, plc_text *answer)
    PLC_NOTHROW;

/* Reads one answer as it grows. One owner. `spec` is the `parser` of a rendering. */
typedef struct plc_parser plc_parser;
PLC_API int plc_parser_new(const char *spec, size_t count, plc_parser **made, plc_text *said) PLC_NOTHROW;
PLC_API void plc_parser_free(plc_parser *made) PLC_NOTHROW;
/* Adds text and tells what is new: [{content} or {call, name?, arguments?}, …]. */
PLC_API int plc_parser_feed(plc_parser *made, const char *text, size_t count, int is_last, plc_text *answer)
    PLC_NOTHROW;

/* A JSON schema as a grammar (GBNF) whose root is `root`. */
PLC_API int plc_schema_grammar(const char *schema, size_t count, plc_text *answer) PLC_NOTHROW;

/* A grammar on its way through one answer. One owner; it must not outlive the model. With triggers it is asleep until
 * the text matches one of them. */
struct llama_vocab;
typedef struct plc_grammar plc_grammar;
PLC_API int plc_grammar_new(
    const struct llama_vocab *vocabulary, const char *source, const char *const *triggers, size_t trigger_count,
    plc_grammar **made, plc_text *said) PLC_NOTHROW;
PLC_API void plc_grammar_free(plc_grammar *made) PLC_NOTHROW;
/* Whether this token may come next. */
PLC_API int plc_grammar_allows(plc_grammar *made, int32_t token, int *is_allowed) PLC_NOTHROW;
/* Sets the logits of all tokens that may not come next to minus infinity; tells how many may. */
PLC_API int plc_grammar_mask(plc_grammar *made, float *logits, int32_t count, int32_t *allowed) PLC_NOTHROW;
/* Takes a token. PLC_INVALID: the grammar refuses it, and is of no further use. */
PLC_API int plc_grammar_accept(plc_grammar *made, int32_t token) PLC_NOTHROW;

#endif
