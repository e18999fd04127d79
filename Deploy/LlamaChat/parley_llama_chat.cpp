// SPDX-License-Identifier: Apache-2.0
//
// Calls llama.cpp's `common` and lets nothing of C++ out: no exception, no abort, no printing, no deep recursion on a
// stack that is not ours.

#include "parley_llama_chat.h"

#include <pthread.h>

#include <cmath>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "chat.h"
#include "json-schema-to-grammar.h"
#include "llama.h"
#include "log.h"

namespace {

using tree = common_json;

constexpr size_t kMostBytes = 8u << 20;
constexpr size_t kMostTemplateBytes = 64u << 10;
constexpr size_t kMostTemplateDepth = 2000;
constexpr size_t kMostSchemaBytes = 256u << 10;
constexpr size_t kMostGrammarBytes = 1u << 20;
constexpr size_t kMostDepth = 64;
// The conversion is worse than quadratic in one object's optional properties: 2,000 take 13 s.
constexpr size_t kMostProperties = 256;
constexpr size_t kMostNodes = 8192;
// Each opened bracket of an answer may be one level of recursion in the parser.
constexpr size_t kMostOpeners = 20000;
// With at most this many a parse has been seen to need less than 512 kB of stack.
constexpr size_t kFewOpeners = 48;
// Committed page by page, as it is used.
constexpr size_t kStackBytes = 256u << 20;

struct over_limit : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// The library logs why it refuses a template and then throws the reason's base class, whose text says nothing.
thread_local std::string last_error;

plc_text text_of(const std::string & from) {
    plc_text text = {static_cast<char *>(malloc(from.size() + 1)), 0};
    if (text.bytes == nullptr) { throw std::bad_alloc(); }
    memcpy(text.bytes, from.c_str(), from.size() + 1);
    text.count = from.size();
    return text;
}

int refuse(plc_text * said, int why, const char * message) {
    if (said != nullptr) {
        try {
            *said = text_of(std::string(message).substr(0, 2000));
        } catch (...) {
            *said = {nullptr, 0};
        }
    }
    return why;
}

template <typename Body> int caught(plc_text * said, Body & body) {
    try {
        last_error.clear();
        body();
        return PLC_OK;
    } catch (const over_limit & error) {
        return refuse(said, PLC_LIMIT, error.what());
    } catch (const std::bad_alloc &) {
        return refuse(said, PLC_INTERNAL, "out of memory");
    } catch (const std::exception & error) {
        const bool says_nothing = strcmp(error.what(), "std::exception") == 0;
        return refuse(said, PLC_INVALID, says_nothing && !last_error.empty() ? last_error.c_str() : error.what());
    } catch (...) {
        return refuse(said, PLC_INTERNAL, "an unknown exception");
    }
}

template <typename Body> int here(plc_text * said, Body body) {
    if (said != nullptr) { *said = {nullptr, 0}; }
    return caught(said, body);
}

// On a thread with a stack for what recurses: Jinja, the parser, and the copying and printing of JSON.
template <typename Body> int on_large_stack(plc_text * said, Body body) {
    struct call {
        plc_text * said;
        Body * body;
        int answer;
    } call = {said, &body, PLC_INTERNAL};
    if (said != nullptr) { *said = {nullptr, 0}; }
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackBytes);
    const auto run = [](void * raw) -> void * {
        auto & mine = *static_cast<struct call *>(raw);
        mine.answer = caught(mine.said, *mine.body);
        return nullptr;
    };
    const int status = pthread_create(&thread, &attributes, run, &call);
    pthread_attr_destroy(&attributes);
    if (status != 0) { return refuse(said, PLC_INTERNAL, "no thread could be started"); }
    pthread_join(thread, nullptr);
    return call.answer;
}

std::string bytes_of(const char * bytes, size_t count, size_t most = kMostBytes) {
    if (count > most) { throw over_limit("too many bytes"); }
    return count == 0 ? std::string() : std::string(bytes, count);
}

tree tree_of(const char * bytes, size_t count, size_t most = kMostBytes) {
    const std::string text = bytes_of(bytes, count, most);
    size_t depth = 0;
    bool is_string = false;
    for (size_t at = 0; at < text.size(); at++) {
        const char byte = text[at];
        if (is_string) {
            if (byte == '\\') { at++; } else if (byte == '"') { is_string = false; }
        } else if (byte == '"') {
            is_string = true;
        } else if (byte == '{' || byte == '[') {
            if (++depth > kMostDepth) { throw over_limit("JSON is nested too deeply"); }
        } else if ((byte == '}' || byte == ']') && depth > 0) {
            depth--;
        }
    }
    return tree::parse(text);
}

void measure_schema(const tree & schema, size_t & nodes) {
    if (++nodes > kMostNodes) { throw over_limit("the schema has too many parts"); }
    if (schema.is_object()) {
        if (schema.contains("properties") && schema.at("properties").size() > kMostProperties) {
            throw over_limit("an object of the schema has too many properties");
        }
        for (const auto & member : schema.items()) { measure_schema(member.value(), nodes); }
    } else if (schema.is_array()) {
        for (const auto & item : schema) { measure_schema(item, nodes); }
    }
}

bool has(const tree & object, const char * name) { return object.contains(name) && !object.at(name).is_null(); }

void read_choice(const tree & choice, common_chat_templates_inputs & inputs) {
    if (choice.is_string()) {
        inputs.tool_choice = common_chat_tool_choice_parse_oaicompat(choice.get<std::string>());
        return;
    }
    const auto name = choice.at("function").at("name").get<std::string>();
    std::vector<common_chat_tool> chosen;
    for (const auto & tool : inputs.tools) {
        if (tool.name == name) { chosen.push_back(tool); }
    }
    if (chosen.empty()) { throw std::invalid_argument("tool_choice names a tool that is not there"); }
    inputs.tools = chosen;
    inputs.tool_choice = COMMON_CHAT_TOOL_CHOICE_REQUIRED;
}

std::string pattern_of(const common_grammar_trigger & trigger) {
    switch (trigger.type) {
    case COMMON_GRAMMAR_TRIGGER_TYPE_WORD: return regex_escape(trigger.value);
    case COMMON_GRAMMAR_TRIGGER_TYPE_PATTERN: return trigger.value;
    case COMMON_GRAMMAR_TRIGGER_TYPE_PATTERN_FULL: {
        std::string pattern = trigger.value;
        if (pattern.empty() || pattern.front() != '^') { pattern.insert(pattern.begin(), '^'); }
        if (pattern.back() != '$' || pattern.size() == 1) { pattern.push_back('$'); }
        return pattern;
    }
    default: throw std::runtime_error("the template wants its grammar woken by a token");
    }
}

}  // namespace

// MARK: log.cpp's stand-in. The original starts a thread and writes to standard error, and what it writes quotes the
// conversation.

int common_log_get_verbosity_thold(void) { return LOG_LEVEL_ERROR; }
struct common_log * common_log_main() { return nullptr; }
void common_log_add(struct common_log *, enum ggml_log_level level, const char * format, ...) {
    if (level != GGML_LOG_LEVEL_ERROR || !last_error.empty()) { return; }
    char line[1024];
    va_list values;
    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    last_error = line;
}

// MARK: Text

void plc_text_free(plc_text text) noexcept { free(text.bytes); }
const char * plc_version(void) noexcept { return PLC_LLAMA_VERSION; }

// MARK: Templates

struct plc_template {
    common_chat_templates_ptr compiled;
    bool supports_tools = false;
};

int plc_template_new(
    const char * source, size_t count, const char * bos, const char * eos, plc_template ** made,
    plc_text * said) noexcept {
    *made = nullptr;
    return on_large_stack(said, [&] {
        const auto text = bytes_of(source, count, kMostTemplateBytes);
        // Without a model an empty one runs into an assertion, which ends the process.
        if (text.empty()) { throw std::invalid_argument("the template is empty"); }
        size_t depth = 0;
        for (const char byte : text) {
            if (strchr("([{", byte) != nullptr && byte != 0) {
                if (++depth > kMostTemplateDepth) { throw over_limit("the template is nested too deeply"); }
            } else if (strchr(")]}", byte) != nullptr && byte != 0 && depth > 0) {
                depth--;
            }
        }
        auto owned = std::make_unique<plc_template>();
        owned->compiled = common_chat_templates_init(nullptr, text, bos ? bos : "", eos ? eos : "");
        const auto abilities = common_chat_templates_get_caps(owned->compiled.get());
        const auto tools = abilities.find("supports_tools");
        owned->supports_tools = tools != abilities.end() && tools->second;
        *made = owned.release();
    });
}

void plc_template_free(plc_template * made) noexcept { delete made; }
int plc_template_supports_tools(const plc_template * made) noexcept { return made != nullptr && made->supports_tools; }

int plc_template_render(const plc_template * made, const char * request, size_t count, plc_text * answer) noexcept {
    return on_large_stack(answer, [&] {
        if (made == nullptr) { throw std::invalid_argument("there is no template"); }
        const tree body = tree_of(request, count);
        common_chat_templates_inputs inputs;
        inputs.messages = common_chat_msgs_parse_oaicompat(body.at("messages"));
        if (inputs.messages.empty()) { throw std::invalid_argument("there are no messages"); }
        if (has(body, "tools")) {
            size_t nodes = 0;
            measure_schema(body.at("tools"), nodes);
            inputs.tools = common_chat_tools_parse_oaicompat(body.at("tools"));
        }
        if (has(body, "tool_choice")) { read_choice(body.at("tool_choice"), inputs); }
        if (has(body, "parallel_tool_calls")) {
            inputs.parallel_tool_calls = body.at("parallel_tool_calls").get<bool>();
        }
        if (has(body, "now")) {
            inputs.now = std::chrono::system_clock::from_time_t(body.at("now").get<int64_t>());
        }
        inputs.reasoning_format = COMMON_REASONING_FORMAT_NONE;
        const auto params = common_chat_templates_apply(made->compiled.get(), inputs);
        tree triggers = tree::array();
        for (const auto & trigger : params.grammar_triggers) { triggers.push_back(pattern_of(trigger)); }
        const bool calls = !inputs.tools.empty() && inputs.tool_choice != COMMON_CHAT_TOOL_CHOICE_NONE;
        tree parser = tree::object();
        parser["format"] = static_cast<int>(params.format);
        parser["generation_prompt"] = params.generation_prompt;
        parser["rules"] = params.parser;
        parser["calls"] = calls;
        tree out = tree::object();
        out["prompt"] = params.prompt;
        out["generation_prompt"] = params.generation_prompt;
        out["grammar"] = params.grammar;
        out["is_lazy"] = params.grammar_lazy;
        out["triggers"] = triggers;
        out["prefill"] = params.grammar.empty() || params.grammar_lazy ? std::string() : params.generation_prompt;
        out["stops"] = params.additional_stops;
        out["preserved"] = params.preserved_tokens;
        out["parser"] = parser;
        *answer = text_of(out.dump_safe());
    });
}

// MARK: Parsing

struct plc_parser {
    common_chat_parser_params params;
    std::string text;
    common_chat_msg message;
    size_t openers = 0;
    bool is_over = false;
};

int plc_parser_new(const char * spec, size_t count, plc_parser ** made, plc_text * said) noexcept {
    *made = nullptr;
    return on_large_stack(said, [&] {
        const tree body = tree_of(spec, count);
        auto owned = std::make_unique<plc_parser>();
        const int format = body.at("format").get<int>();
        if (format < 0 || format >= COMMON_CHAT_FORMAT_COUNT) { throw std::invalid_argument("an unknown format"); }
        owned->params.format = static_cast<common_chat_format>(format);
        owned->params.generation_prompt = body.at("generation_prompt").get<std::string>();
        owned->params.reasoning_format = COMMON_REASONING_FORMAT_NONE;
        owned->params.parse_tool_calls = body.at("calls").get<bool>();
        const auto rules = body.at("rules").get<std::string>();
        if (!rules.empty()) { owned->params.parser.load(rules); }
        owned->message.role = "assistant";
        *made = owned.release();
    });
}

void plc_parser_free(plc_parser * made) noexcept { delete made; }

int plc_parser_feed(plc_parser * made, const char * text, size_t count, int is_last, plc_text * answer) noexcept {
    size_t openers = made == nullptr ? 0 : made->openers;
    for (size_t at = 0; at < count; at++) { openers += text[at] == '[' || text[at] == '{'; }
    const auto body = [&] {
        if (made == nullptr || made->is_over) { throw std::invalid_argument("there is no parser, or it is over"); }
        if (made->text.size() + count > kMostBytes) { throw over_limit("the answer is too long"); }
        if (openers > kMostOpeners) { throw over_limit("the answer has too many brackets"); }
        made->openers = openers;
        made->text += bytes_of(text, count);
        made->is_over = is_last != 0;
        auto message = common_chat_parse(made->text, is_last == 0, made->params);
        tree news = tree::array();
        if (!message.empty()) {
            for (const auto & change : common_chat_msg_diff::compute_diffs(made->message, message)) {
                if (!change.content_delta.empty()) {
                    tree piece = tree::object();
                    piece["content"] = change.content_delta;
                    news.push_back(piece);
                }
                if (change.tool_call_index != std::string::npos) {
                    tree piece = tree::object();
                    piece["call"] = static_cast<int64_t>(change.tool_call_index);
                    if (!change.tool_call_delta.name.empty()) { piece["name"] = change.tool_call_delta.name; }
                    piece["arguments"] = change.tool_call_delta.arguments;
                    news.push_back(piece);
                }
            }
            made->message = std::move(message);
        }
        *answer = text_of(news.dump_safe());
    };
    return openers > kFewOpeners ? on_large_stack(answer, body) : here(answer, body);
}

// MARK: Grammars

int plc_schema_grammar(const char * schema, size_t count, plc_text * answer) noexcept {
    return on_large_stack(answer, [&] {
        const tree body = tree_of(schema, count, kMostSchemaBytes);
        if (!body.is_object()) { throw std::invalid_argument("a schema is an object"); }
        size_t nodes = 0;
        measure_schema(body, nodes);
        const auto grammar = json_schema_to_grammar(body, true);
        if (grammar.size() > kMostGrammarBytes) { throw over_limit("the schema's grammar is too large"); }
        *answer = text_of(grammar);
    });
}

struct plc_grammar {
    llama_sampler * sampler = nullptr;
    std::vector<llama_token_data> candidates;
    ~plc_grammar() { llama_sampler_free(sampler); }
};

int plc_grammar_new(
    const struct llama_vocab * vocabulary, const char * source, const char * const * triggers, size_t trigger_count,
    plc_grammar ** made, plc_text * said) noexcept {
    *made = nullptr;
    return on_large_stack(said, [&] {
        auto owned = std::make_unique<plc_grammar>();
        if (trigger_count == 0) {
            owned->sampler = llama_sampler_init_grammar(vocabulary, source, "root");
        } else {
            std::vector<const char *> patterns(triggers, triggers + trigger_count);
            owned->sampler = llama_sampler_init_grammar_lazy_patterns(
                vocabulary, source, "root", patterns.data(), patterns.size(), nullptr, 0);
        }
        if (owned->sampler == nullptr) { throw std::invalid_argument("the grammar cannot be used"); }
        *made = owned.release();
    });
}

void plc_grammar_free(plc_grammar * made) noexcept { delete made; }

int plc_grammar_allows(plc_grammar * made, int32_t token, int * is_allowed) noexcept {
    return here(nullptr, [&] {
        llama_token_data one = {token, 0, 0};
        llama_token_data_array list = {&one, 1, -1, false};
        llama_sampler_apply(made->sampler, &list);
        *is_allowed = !std::isinf(one.logit);
    });
}

int plc_grammar_mask(plc_grammar * made, float * logits, int32_t count, int32_t * allowed) noexcept {
    return here(nullptr, [&] {
        auto & candidates = made->candidates;
        candidates.resize(static_cast<size_t>(count));
        for (int32_t token = 0; token < count; token++) { candidates[token] = {token, logits[token], 0}; }
        llama_token_data_array list = {candidates.data(), candidates.size(), -1, false};
        llama_sampler_apply(made->sampler, &list);
        *allowed = 0;
        for (size_t at = 0; at < list.size; at++) {
            logits[list.data[at].id] = list.data[at].logit;
            *allowed += !std::isinf(list.data[at].logit);
        }
    });
}

int plc_grammar_accept(plc_grammar * made, int32_t token) noexcept {
    return here(nullptr, [&] { llama_sampler_accept(made->sampler, token); });
}
