// Edits in words: sentences for the screen, and the text of the command line.
#include "edit.h"
#include "str.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- sentences ---

static void add(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void add(char *out, size_t size, const char *format, ...) {
    size_t used = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + used, size - used, format, args);
    va_end(args);
}

// Four figures, with the sign of a printed minus.
static void add_value(char *out, size_t size, double value) {
    char text[32];
    snprintf(text, sizeof text, "%.4g", value == 0 ? 0 : value);
    add(out, size, "%s%s", text[0] == '-' ? "\u2212" : "", text + (text[0] == '-'));
}

static void add_time(char *out, size_t size, const struct edit *edit, int T) {
    if (edit->from == 0 && edit->to == T - 1 && T > 1)
        add(out, size, ", all\u00A0timesteps");
    else if (edit->from == edit->to)
        add(out, size, ", t\u00A0=\u00A0%d", edit->from + 1);
    else
        add(out, size, ", t\u00A0=\u00A0%d\u00A0to\u00A0%d", edit->from + 1, edit->to + 1);
}

// Where in a deep or bidirectional network.
static void add_place(char *out, size_t size, const struct edit *edit, const struct net_spec *spec) {
    if (spec->kind == NET_ENCODER_DECODER) add(out, size, edit->encoder ? ", encoder" : ", decoder");
    if (spec->layers > 1 && edit->layer >= 0) add(out, size, ", layer\u00A0%d", edit->layer + 1);
    if (spec->layers > 1 && edit->layer < 0) add(out, size, ", all\u00A0layers");
    if (spec->directions > 1 && edit->direction >= 0) add(out, size, edit->direction ? ", backward" : ", forward");
}

static void hold_sentence(char *out, size_t size, const struct edit *edit, const struct record *before,
                          struct label_style style) {
    const struct net_spec *spec = &before->layout.spec;
    const struct cell_desc *cell = record_cell(before);
    char symbol[96];
    // A state that comes in has the timestep before in its name.
    int t0 = cell->slots[edit->slot].role == SLOT_STATE_IN ? LABEL_SYMBOLIC : LABEL_NO_TIME;
    label_slot(symbol, sizeof symbol, cell, edit->slot, t0, LABEL_NO_UNIT, style);
    bool poke = edit->unit >= 0 && edit->from == edit->to && cell->slots[edit->slot].role != SLOT_GATE;
    add(out, size, "$%s$ ", symbol);
    if (edit->kind == EDIT_FREEZE)
        add(out, size, "frozen as it was");
    else {
        add(out, size, poke ? "poked to " : "held at ");
        add_value(out, size, edit->value);
    }
    if (edit->unit < 0)
        add(out, size, ", all\u00A0units");
    else
        add(out, size, ", unit\u00A0%d", edit->unit + 1);
    add_place(out, size, edit, spec);
    add_time(out, size, edit, edit->encoder ? before->source.T : record_T(before));
}

const char *edit_symbol_text(const struct edit *edit, const struct record *record, int symbol) {
    const struct record *side = record_side(record, edit->encoder);
    return edit->kind == EDIT_TARGET ? record_answer(side, symbol) : record_symbol(side, symbol);
}

static void add_symbol(char *out, size_t size, const struct edit *edit, const struct record *before, int symbol) {
    char words[96];
    if (symbol < 0)
        snprintf(words, sizeof words, edit->kind == EDIT_SYMBOL ? "nothing" : "none");
    else
        label_words(words, sizeof words, edit_symbol_text(edit, before, symbol), "symbol", symbol);
    add(out, size, "%s", words);
}

static void symbol_sentence(char *out, size_t size, const struct edit *edit, const struct record *before) {
    bool input = edit->kind == EDIT_SYMBOL;
    const struct example *example = &record_side(before, edit->encoder)->example;
    add(out, size, "%s ", !input ? "Target" : edit->encoder ? "Encoder reads" : "Reads");
    add_symbol(out, size, edit, before, edit->symbol);
    add(out, size, " instead of ");
    add_symbol(out, size, edit, before, (input ? example->x : example->target)[edit->from]);
    add(out, size, ", t\u00A0=\u00A0%d", edit->from + 1);
}

void edit_sentence(char *out, size_t size, const struct edit *edit, const struct record *before,
                   struct label_style style) {
    out[0] = '\0';
    if (edit_holds(edit))
        hold_sentence(out, size, edit, before, style);
    else if (edit->kind == EDIT_SYMBOL || edit->kind == EDIT_TARGET)
        symbol_sentence(out, size, edit, before);
    else if (edit->kind == EDIT_WEIGHT) {
        const struct param *param = &before->layout.params[edit->param];
        add(out, size, "`%s`, row %d", param->name, edit->row + 1);
        if (!param_is_vector(param->role)) add(out, size, ", column %d", edit->column + 1);
        add(out, size, ", set to ");
        add_value(out, size, edit->value);
    } else {
        add(out, size, "%s %d set to ", edit->kind == EDIT_REAL ? "Input" : "Target", edit->unit + 1);
        add_value(out, size, edit->value);
        add(out, size, ", t\u00A0=\u00A0%d", edit->from + 1);
    }
}

// --- from text ---

static bool wrong_words(const char *word, struct err *err) {
    return err_set(err, ERR_USAGE,
                   "expected SLOT[:UNIT]@A[-B]=V, SLOT@A=keep, input@T=SYMBOL, target@T=SYMBOL or "
                   "PARAMETER[ROW][COLUMN]=V; found \"%s\"",
                   word);
}

static bool read_number(const char *text, double *out) {
    char *end;
    *out = strtod(text, &end);
    return end != text && *end == 0;
}

// "[12]" at *at, counted from 1.
static bool read_index(const char **at, int *out) {
    char *end;
    if ((*at)[0] != '[' || (*at)[1] < '0' || (*at)[1] > '9') return false;
    long value = strtol(*at + 1, &end, 10);
    if (*end != ']' || value < 1 || value > 1 << 30) return false;
    *out = (int)value - 1;
    *at = end + 1;
    return true;
}

static bool read_weight(const struct record *record, const char *word, struct edit *edit, struct err *err) {
    char name[NET_NAME];
    size_t length = strcspn(word, "[");
    if (length >= sizeof name) return wrong_words(word, err);
    memcpy(name, word, length);
    name[length] = 0;
    edit->kind = EDIT_WEIGHT;
    edit->param = layout_find(&record->layout, name);
    if (edit->param < 0) return err_set(err, ERR_VALUE, "the network has no parameter \"%s\"", name);
    const char *at = word + length;
    bool vector = param_is_vector(record->layout.params[edit->param].role);
    if (!read_index(&at, &edit->row) || (!vector && !read_index(&at, &edit->column)) || *at != '=' ||
        !read_number(at + 1, &edit->value))
        return wrong_words(word, err);
    return true;
}

static bool find_symbol(const struct record *record, const struct edit *edit, const char *text, int *out,
                        struct err *err) {
    const struct record *side = record_side(record, edit->encoder);
    const struct net_spec *spec = &side->layout.spec;
    int count = edit->kind == EDIT_TARGET ? spec->outputs : spec->inputs;
    for (int k = 0; k < count; k++)
        if (!strcmp(edit_symbol_text(edit, record, k), text)) {
            *out = k;
            return true;
        }
    *out = -1;
    return !strcmp(text, "none") ||
           err_set(err, ERR_VALUE, "“%s” is not among the %d symbols of the network", text, count);
}

// "input@3=o", "target:2@3=0.5"; at: behind the word.
static bool read_example_edit(const struct record *record, const char *word, const char *at, bool target,
                              struct edit *edit, struct err *err) {
    char *end;
    const struct net_spec *spec = &record->layout.spec;
    bool real =
        target ? spec->output != OUTPUT_SOFTMAX : spec->real_input && (edit->encoder || !record->example.source);
    edit->kind = target ? real ? EDIT_ANSWER : EDIT_TARGET : real ? EDIT_REAL : EDIT_SYMBOL;
    edit->unit = 0;
    if (*at == ':') {
        edit->unit = (int)strtol(at + 1, &end, 10) - 1;
        if (end == at + 1 || !real) return wrong_words(word, err);
        at = end;
    }
    if (*at != '@') return wrong_words(word, err);
    long t = strtol(at + 1, &end, 10);
    if (end == at + 1 || *end != '=' || t < 1 || t > 1 << 30) return wrong_words(word, err);
    edit->from = edit->to = (int)t - 1;
    if (real) return read_number(end + 1, &edit->value) || wrong_words(word, err);
    return find_symbol(record, edit, end + 1, &edit->symbol, err);
}

static bool read_hold(const struct record *record, const char *word, struct edit *edit, struct err *err) {
    static const char *const keep = "=keep";
    struct clamps one = {0};
    char text[160];
    size_t length = strlen(word);
    bool frozen = length > strlen(keep) && !strcmp(word + length - strlen(keep), keep);
    if (length >= sizeof text) return wrong_words(word, err);
    snprintf(text, sizeof text, "%.*s%s", (int)(frozen ? length - strlen(keep) : length), word, frozen ? "=0" : "");
    int source_T = record->example.source ? record->example.source->T : 0;
    if (!clamps_parse_pair(&one, text, &record->layout.spec, source_T, record->example.T, err)) return false;
    const struct clamp *clamp = &one.list[0];
    *edit = (struct edit){.kind = frozen ? EDIT_FREEZE : EDIT_CLAMP,
                          .encoder = clamp->encoder,
                          .slot = clamp->slot,
                          .layer = clamp->layer,
                          .direction = clamp->direction,
                          .unit = clamp->unit,
                          .from = clamp->from,
                          .to = clamp->to,
                          .value = clamp->value};
    return true;
}

// The end of "NAME" at the start of a word, before "@" or ":"; else NULL.
static const char *behind(const char *word, const char *name) {
    size_t length = strlen(name);
    return !strncmp(word, name, length) && strchr("@:=", word[length]) && word[length] ? word + length : NULL;
}

static bool read_one(const struct record *record, const char *word, struct edit *edit, struct err *err) {
    const char *slash = "encoder/", *own = word, *at;
    *edit = (struct edit){.layer = -1, .direction = -1};
    if (!strncmp(word, slash, strlen(slash)) && behind(word + strlen(slash), "input")) {
        edit->encoder = true;
        own += strlen(slash);
    }
    if ((at = behind(own, "input"))) return read_example_edit(record, word, at, false, edit, err);
    if ((at = behind(own, "target"))) return read_example_edit(record, word, at, true, edit, err);
    size_t bracket = strcspn(word, "[");
    return word[bracket] && bracket < strcspn(word, "=") ? read_weight(record, word, edit, err)
                                                         : read_hold(record, word, edit, err);
}

// Up to the next comma; a symbol may be one itself.
static size_t word_length(const char *text) {
    size_t equals = strcspn(text, ",=");
    if (text[equals] != '=') return equals;
    equals++;
    return text[equals] ? equals + 1 + strcspn(text + equals + 1, ",") : equals;
}

bool edits_parse(struct edits *edits, const char *text, const struct record *record, struct err *err) {
    while (true) {
        char word[256];
        text += strspn(text, " ");
        size_t length = word_length(text);
        if (length >= sizeof word) return wrong_words(text, err);
        memcpy(word, text, length);
        word[length] = 0;
        if (edits->count >= EDITS_MAX)
            return err_set(err, ERR_LIMIT, "expected at most %d edits, found more", EDITS_MAX);
        if (!read_one(record, word, &edits->list[edits->count], err)) return false;
        edits->count++;
        if (!text[length]) return edits_check(edits, &record->layout, &record->example, err);
        text += length + 1;
    }
}

// --- to text ---

// The shortest digits that are read as the same number.
static void put_value(struct str *out, double value) {
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    str_put(out, text);
}

static void put_hold_at(struct str *out, const struct edit *edit, const struct record *record, int layer,
                        int direction) {
    if (edit->encoder) str_put(out, "encoder/");
    if (layer >= 0) str_printf(out, "l%d%s/", layer, direction == 1 ? "_reverse" : "");
    str_put(out, record_cell(record)->slots[edit->slot].id);
    if (edit->unit >= 0) str_printf(out, ":%d", edit->unit + 1);
    str_printf(out, "@%d-%d=", edit->from + 1, edit->to + 1);
    if (edit->kind == EDIT_FREEZE)
        str_put(out, "keep");
    else
        put_value(out, edit->value);
}

// Words know one layer in one direction, or all of them: what lies between is written one by one.
static void put_hold_text(struct str *out, const struct edit *edit, const struct record *record) {
    struct net_spec spec = record->layout.spec;
    if (spec.kind == NET_ENCODER_DECODER) spec = edit->encoder ? net_encoder_spec(&spec) : net_decoder_spec(&spec);
    if (edit->layer < 0 && edit->direction < 0) {
        put_hold_at(out, edit, record, -1, -1);
        return;
    }
    int count = 0;
    for (int l = 0; l < spec.layers; l++)
        for (int d = 0; d < spec.directions; d++) {
            if ((edit->layer >= 0 && edit->layer != l) || (edit->direction >= 0 && edit->direction != d)) continue;
            if (count++ > 0) str_put(out, ",");
            put_hold_at(out, edit, record, l, d);
        }
}

static void put_example_text(struct str *out, const struct edit *edit, const struct record *record) {
    bool real = edit->kind == EDIT_REAL || edit->kind == EDIT_ANSWER;
    if (edit->encoder) str_put(out, "encoder/");
    str_put(out, edit->kind == EDIT_SYMBOL || edit->kind == EDIT_REAL ? "input" : "target");
    if (real) str_printf(out, ":%d", edit->unit + 1);
    str_printf(out, "@%d=", edit->from + 1);
    if (real)
        put_value(out, edit->value);
    else
        str_put(out, edit->symbol < 0 ? "none" : edit_symbol_text(edit, record, edit->symbol));
}

static void put_weight_text(struct str *out, const struct edit *edit, const struct record *record) {
    const struct param *param = &record->layout.params[edit->param];
    str_printf(out, "%s[%d]", param->name, edit->row + 1);
    if (!param_is_vector(param->role)) str_printf(out, "[%d]", edit->column + 1);
    str_put(out, "=");
    put_value(out, edit->value);
}

void edits_text(struct str *out, const struct edits *edits, const struct record *record) {
    int count = 0;
    for (int k = 0; k < edits->count; k++) {
        const struct edit *edit = &edits->list[k];
        if (edit->muted) continue;
        if (count++ > 0) str_put(out, ",");
        if (edit_holds(edit))
            put_hold_text(out, edit, record);
        else if (edit->kind == EDIT_WEIGHT)
            put_weight_text(out, edit, record);
        else
            put_example_text(out, edit, record);
    }
}
