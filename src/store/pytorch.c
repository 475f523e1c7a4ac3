#include "pytorch.h"

#include "file.h"
#include "str.h"

#include <stdio.h>
#include <string.h>

enum { MAX_DEPTH = 8, WORDS = 10, VALUES = 14 };

struct writer {
    const struct net_spec *spec;
    const char *name; // of the template
    const char *words[WORDS];
    int word_count;
    struct value {
        const char *name;
        char text[128];
    } values[VALUES];
    int value_count;
    struct err *err;
};

// ---- what holds, and what is put in ----

static void add_word(struct writer *w, const char *word) {
    w->words[w->word_count++] = word;
}

static void add_text(struct writer *w, const char *name, const char *text) {
    struct value *value = &w->values[w->value_count++];
    value->name = name;
    snprintf(value->text, sizeof value->text, "%s", text);
}

static void add_number(struct writer *w, const char *name, int number) {
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    add_text(w, name, text);
}

// Where the last states are a tuple: torch.nn's LSTM, and the cells written out.
static void describe_words(struct writer *w) {
    const struct net_spec *spec = w->spec;
    const struct cell_desc *cell = net_cell(spec);
    add_word(w, spec->kind == NET_ENCODER_DECODER ? "pair" : "single");
    add_word(w, spec->real_input ? "real" : "symbols");
    add_word(w, net_output_names[spec->output]);
    add_word(w, cell->name);
    if (spec->embed > 0) add_word(w, "embed");
    if (net_one_answer(spec)) add_word(w, "once");
    if (!cell->pytorch) add_word(w, "own");
    if (!cell->pytorch || cell->state_count > 1) add_word(w, "tuple");
}

static void describe_values(struct writer *w) {
    static const char *const links[OUTPUT_COUNT] = {
        [OUTPUT_SOFTMAX] = "softmax", [OUTPUT_SIGMOID] = "sigmoid", [OUTPUT_LINEAR] = "nothing: numbers as they are"};
    const struct net_spec *spec = w->spec;
    const struct cell_desc *cell = net_cell(spec);
    char text[128];
    snprintf(text, sizeof text, "A network of unroll (%s, %s)", cell->title, net_kind_names[spec->kind]);
    add_text(w, "TITLE", text);
    snprintf(text, sizeof text, "nn.%s", cell->pytorch ? cell->pytorch : "");
    add_text(w, "RNN", cell->pytorch ? text : "Recurrent");
    bool relu = spec->cell == CELL_RNN && spec->activation == ACTIVATION_RELU;
    add_text(w, "ACTIVATION", relu ? ", nonlinearity=\"relu\"" : "");
    add_text(w, "LINK", links[spec->output]);
    add_text(w, "BOTH", spec->directions == 2 ? ", both directions added up" : "");
    add_number(w, "BLOCKS", cell->block_count);
    add_number(w, "STATES", cell->state_count);
    add_number(w, "INPUTS", spec->inputs);
    add_number(w, "HIDDEN", spec->hidden);
    add_number(w, "LAYERS", spec->layers);
    add_number(w, "DIRECTIONS", spec->directions);
    add_number(w, "OUTPUTS", spec->outputs);
    add_number(w, "EMBED", spec->embed);
}

// ---- the template ----

static bool has_word(const struct writer *w, const char *word, size_t length) {
    for (int i = 0; i < w->word_count; i++)
        if (strlen(w->words[i]) == length && memcmp(w->words[i], word, length) == 0) return true;
    return false;
}

// "WORD !WORD ..." up to the end of the line.
static bool holds(const struct writer *w, const char *at, const char *end) {
    while (at < end) {
        bool not = *at == '!';
        const char *word = at + not, *stop = word;
        while (stop < end && *stop != ' ')
            stop++;
        if (stop > word && has_word(w, word, (size_t)(stop - word)) == not ) return false;
        at = stop < end ? stop + 1 : end;
    }
    return true;
}

static const char *value_of(const struct writer *w, const char *name, size_t length) {
    for (int i = 0; i < w->value_count; i++)
        if (strlen(w->values[i].name) == length && memcmp(w->values[i].name, name, length) == 0)
            return w->values[i].text;
    return NULL;
}

static size_t capitals(const char *at, const char *end) {
    size_t n = 0;
    while (at + n < end && at[n] >= 'A' && at[n] <= 'Z')
        n++;
    return n;
}

// One line with its names replaced. Python's own '@' (decorators, products) stands before no "NAME@".
static bool put_line(const struct writer *w, const char *at, const char *end, long line, struct str *out) {
    while (at < end) {
        size_t length = *at == '@' ? capitals(at + 1, end) : 0;
        bool name = length > 0 && at + 1 + length < end && at[1 + length] == '@';
        const char *value = name ? value_of(w, at + 1, length) : NULL;
        if (name && !value)
            return err_at(w->err, ERR_FORMAT, w->name, line, 0, "there is no value @%.*s@", (int)length, at + 1);
        if (name) {
            str_put(out, value);
            at += length + 2;
        } else
            str_put_char(out, *at++);
    }
    str_put_char(out, '\n');
    return true;
}

static bool fill(const struct writer *w, const char *text, struct str *out) {
    bool kept[MAX_DEPTH + 1] = {true};
    int depth = 0;
    long line = 1;
    for (const char *at = text; *at; line++) {
        const char *end = strchr(at, '\n');
        if (!end) end = at + strlen(at);
        size_t length = (size_t)(end - at);
        if (length >= 2 && at[0] == '#' && at[1] == '?') {
            if (depth == MAX_DEPTH) return err_at(w->err, ERR_FORMAT, w->name, line, 0, "marks nest too deep");
            kept[depth + 1] = kept[depth] && holds(w, at + 2, end);
            depth++;
        } else if (length == 2 && at[0] == '#' && at[1] == '.') {
            if (depth-- == 0) return err_at(w->err, ERR_FORMAT, w->name, line, 0, "an end without a \"#?\" before it");
        } else if (kept[depth] && !put_line(w, at, end, line, out))
            return false;
        at = *end ? end + 1 : end;
    }
    return depth == 0 || err_at(w->err, ERR_FORMAT, w->name, line, 0, "expected \"#.\" before the end");
}

bool pytorch_module(const struct net_spec *spec, const char *name, const char *template, struct str *out,
                    struct err *err) {
    struct writer w = {.spec = spec, .name = name, .err = err};
    describe_words(&w);
    describe_values(&w);
    return fill(&w, template, out);
}

bool pytorch_export(const struct checkpoint *checkpoint, const char *name, const char *template, const char *folder,
                    struct err *err) {
    struct str text = {0}, path = {0};
    struct checkpoint_content content = {
        .model = &checkpoint->model, .vocabulary = &checkpoint->vocabulary, .labels = &checkpoint->labels};
    bool good = pytorch_module(&checkpoint->model.layout.spec, name, template, &text, err) &&
                file_make_directories(folder, err);
    str_printf(&path, "%s/model.safetensors", folder);
    good = good && checkpoint_save_whole(path.data, &content, err);
    str_clear(&path);
    str_printf(&path, "%s/model.py", folder);
    good = good && file_save_whole(path.data, text.data, text.size, err);
    str_release(&path);
    str_release(&text);
    return good;
}
