#include "tagged.h"

#include "builder.h"
#include "counter.h"
#include "mem.h"
#include "str.h"
#include "tokens.h"

#include <stdio.h>

enum { FIRST_ROOM = 256 };

void tagged_add(struct tagged *t, const struct tagged_token *token) {
    if (t->no_memory) return;
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : FIRST_ROOM;
        struct tagged_token *items = mem_grow(t->items, t->room * sizeof *items, room * sizeof *items);
        t->no_memory = !items;
        if (!items) return;
        t->items = items;
        t->room = room;
    }
    t->items[t->count] = *token;
    t->items[t->count++].first = !t->open;
    t->open = true;
}

void tagged_end_sentence(struct tagged *t) {
    t->open = false;
}

void tagged_release(struct tagged *t) {
    mem_free(t->items);
    *t = (struct tagged){0};
}

static bool make_vocabularies(const struct tagged *t, const struct data_options *o, struct dataset *out,
                              struct err *err) {
    struct token_counter words, tags;
    token_counter_start(&words, TOKENS_WORD, o->vocabulary ? o->vocabulary->lower : o->lower);
    token_counter_start(&tags, TOKENS_LABEL, false);
    for (size_t i = 0; i < t->count; i++) {
        token_counter_add_whole(&words, t->items[i].token, t->items[i].token_size);
        token_counter_add(&tags, t->items[i].tag, t->items[i].tag_size);
    }
    bool good = token_counter_make(&words, o->min_count, o->vocabulary, &out->vocabulary, err) &&
                token_counter_make(&tags, 0, o->labels, &out->labels, err);
    token_counter_release(&words);
    token_counter_release(&tags);
    return good;
}

static int find_word(const struct vocabulary *words, const char *token, size_t size) {
    if (!words->lower) return vocabulary_find(words, token, size);
    struct str lowered = {0};
    text_lower(token, size, &lowered);
    int found = vocabulary_find(words, str_text(&lowered), lowered.size);
    str_release(&lowered);
    return found;
}

static bool put(struct builder *b, const struct tagged_token *token, const char *path, struct err *err) {
    struct dataset *d = b->out;
    int label = vocabulary_find(&d->labels, token->tag, token->tag_size);
    if (label < 0)
        return err_at(err, ERR_VALUE, path, token->line, token->column,
                      "expected one of the model's %d tags, found \"%.*s\"", d->labels.count, (int)token->tag_size,
                      token->tag);
    if (token->first) builder_example(b, token->line);
    builder_symbol(b, find_word(&d->vocabulary, token->token, token->token_size));
    builder_answer(b, label);
    return true;
}

bool tagged_finish(const struct tagged *t, const struct reader_input *input, const struct data_options *options,
                   struct dataset *out, struct err *err) {
    out->answers = ANSWERS_EACH;
    out->shape = TEXT_LINES;
    if (t->no_memory) return err_at(err, ERR_MEMORY, input->path, 0, 0, "no memory for %zu tokens", t->count);
    if (!make_vocabularies(t, options, out, err)) return false;
    struct builder builder;
    builder_start(&builder, out);
    for (size_t i = 0; i < t->count; i++)
        if (!put(&builder, &t->items[i], input->path, err)) return false;
    if (!builder_finish(&builder, err)) return false;
    if (out->labels.count == 1 && !options->labels)
        return err_at(err, ERR_VALUE, input->path, 0, 0,
                      "expected at least two tags, found only \"%s\": there is nothing to tell apart",
                      out->labels.texts[0]);
    snprintf(out->shape_reason, sizeof out->shape_reason, "one example a sentence");
    reader_note_ends(input, out);
    return true;
}
