#include "label.h"

#include "label_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void put_text(const struct label_pen *pen, const char *format, ...) {
    struct pen_out *out = pen->out;
    if (out->used + 1 >= out->size) return;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out->text + out->used, out->size - out->used, format, args);
    va_end(args);
    if (n < 0) return;
    out->used += (size_t)n;
    if (out->used >= out->size) out->used = out->size - 1;
}

int time_shifted(int t0, int by) {
    return t0 == LABEL_NO_TIME ? t0 : t0 + by;
}

// --- links ---

void begin_link(const struct label_pen *pen, enum label_kind kind, int index, int which, int t0) {
    if (pen->style.linked)
        put_text(pen, "\\link{%d %d %d %d %d %d}{", (int)kind, index, which, pen->layer, pen->direction, t0);
}

void end_link(const struct label_pen *pen) {
    if (pen->style.linked) put_text(pen, "}");
}

bool label_target(const char *key, int length, struct label_target *out) {
    char text[64];
    int kind;
    if (length <= 0 || length >= (int)sizeof text) return false;
    memcpy(text, key, (size_t)length);
    text[length] = '\0';
    if (sscanf(text, "%d %d %d %d %d %d", &kind, &out->index, &out->which, &out->layer, &out->direction, &out->t0) != 6)
        return false;
    out->kind = (enum label_kind)kind;
    return kind >= LABEL_VALUE && kind <= LABEL_OUTPUT;
}

// --- symbols and their scripts ---

static void time_text(char *out, size_t size, int t0) {
    if (t0 > LABEL_SYMBOLIC - 100 && t0 < LABEL_SYMBOLIC + 100) {
        int by = t0 - LABEL_SYMBOLIC;
        if (by == 0)
            snprintf(out, size, "t");
        else
            snprintf(out, size, "t%+d", by);
    } else {
        snprintf(out, size, "%d", t0 + 1);
    }
}

static void script(const struct label_pen *pen, char mark, const char *text) {
    if (!text[0]) return;
    put_text(pen, text[1] ? "%c{%s}" : "%c%s", mark, text);
}

static void join(char *to, size_t size, const char *text) {
    size_t used = strlen(to);
    snprintf(to + used, size - used, "%s%s", used ? "," : "", text);
}

// Where the vector belongs in a deep or bidirectional network: "[2]", "\to".
static void place_text(const struct label_pen *pen, char *out, size_t size) {
    out[0] = '\0';
    if (pen->layer >= 0 && pen->layers > 1)
        snprintf(out, size, pen->style.notation == NOTATION_COURSE ? "[%d]" : "(%d)", pen->layer + 1);
    if (pen->direction >= 0 && pen->directions > 1) strcat(out, pen->direction ? "\\gets " : "\\to ");
}

void put_symbol(const struct label_pen *pen, const char *base, const char *sub, const char *extra, int t0, int unit) {
    char below[96] = "", above[64] = "", time[24] = "", number[16];
    bool course = pen->style.notation == NOTATION_COURSE;
    if (t0 != LABEL_NO_TIME) time_text(time, sizeof time, t0);
    if (sub && sub[0]) join(below, sizeof below, sub);
    if (!course && time[0]) join(below, sizeof below, time);
    if (unit >= 0) {
        snprintf(number, sizeof number, "%d", unit + 1);
        join(below, sizeof below, number);
    }
    if (unit == LABEL_ANY_UNIT) join(below, sizeof below, "j");
    if (extra) join(below, sizeof below, extra);
    place_text(pen, above, sizeof above);
    if (course && time[0]) {
        size_t used = strlen(above);
        snprintf(above + used, sizeof above - used, "<%s>", time);
    }
    put_text(pen, "%s", base);
    script(pen, '_', below);
    if (above[0]) put_text(pen, "^{%s}", above);
}

static char identity_letter(enum identity identity) {
    static const char letters[IDENTITY_COUNT] = {[IDENTITY_A] = 'a', [IDENTITY_F] = 'f', [IDENTITY_U] = 'u',
                                                 [IDENTITY_O] = 'o', [IDENTITY_C] = 'c', [IDENTITY_R] = 'r'};
    return letters[identity];
}

static bool begin_color(const struct label_pen *pen, const struct cell_slot *slot) {
    bool colored =
        pen->style.colored && slot->identity != IDENTITY_A && (slot->role == SLOT_GATE || slot->role == SLOT_CANDIDATE);
    if (colored) put_text(pen, "\\col{%c}{", identity_letter(slot->identity));
    return colored;
}

// The symbol of a slot alone: states that come in carry the time they come from, and the input of an upper
// layer is the activation of the one below.
static void put_name(const struct label_pen *pen, int slot, int t0, int unit, const char *extra) {
    const struct cell_slot *s = &pen->cell->slots[slot];
    const struct symbol *symbol = &s->symbol[pen->style.notation];
    struct label_pen own = *pen;
    if (s->role == SLOT_STATE_IN) t0 = time_shifted(t0, pen->direction == 1 ? 1 : -1);
    if (s->role == SLOT_INPUT && pen->layer > 0) {
        symbol = &pen->cell->slots[pen->cell->state_out[0]].symbol[pen->style.notation];
        own.layer = pen->layer - 1;
        own.direction = -1;
    } else if (s->role == SLOT_INPUT) {
        own.layer = own.direction = -1;
    }
    put_symbol(&own, symbol->base, symbol->sub, extra, t0, unit);
}

void put_slot(const struct label_pen *pen, int slot, int t0, int unit, const char *extra) {
    const struct cell_slot *s = &pen->cell->slots[slot];
    if (pen->numbers) {
        put_label_number(pen, slot_number(pen, slot, t0));
        return;
    }
    if (s->role == SLOT_PRODUCT) {
        put_step(pen, step_that_makes(pen->cell, slot), CELL_MAX_STEPS, t0, unit, LEVEL_SUM);
        return;
    }
    begin_link(pen, LABEL_VALUE, slot, -1, t0);
    bool colored = begin_color(pen, s);
    put_name(pen, slot, t0, unit, extra);
    if (colored) put_text(pen, "}");
    end_link(pen);
}

void put_grad(const struct label_pen *pen, int slot, int t0, int unit, const char *extra) {
    const struct cell_slot *s = &pen->cell->slots[slot];
    if (pen->numbers) {
        put_label_number(pen, grad_number(pen, slot, t0, extra));
        return;
    }
    if (s->role == SLOT_PRODUCT) {
        put_text(pen, "d(");
        put_slot(pen, slot, t0, unit, NULL);
        put_text(pen, ")");
        return;
    }
    begin_link(pen, LABEL_GRADIENT, slot, -1, t0);
    bool colored = begin_color(pen, s);
    put_text(pen, "d");
    put_name(pen, slot, t0, unit, extra);
    if (colored) put_text(pen, "}");
    end_link(pen);
}

// --- from outside ---

static struct label_pen pen_for(struct pen_out *out, const struct cell_desc *cell, struct label_style style) {
    return (struct label_pen){
        .out = out, .cell = cell, .style = style, .layer = -1, .direction = -1, .layers = 1, .directions = 1};
}

void label_slot(char *out, size_t size, const struct cell_desc *cell, int slot, int t0, int unit,
                struct label_style style) {
    if (size == 0) return;
    out[0] = '\0';
    struct label_pen pen = pen_for(&(struct pen_out){out, size, 0}, cell, style);
    put_slot(&pen, slot, t0, unit, NULL);
}

void label_grad(char *out, size_t size, const struct cell_desc *cell, int slot, int t0, int unit,
                struct label_style style) {
    label_grad_from(out, size, cell, slot, t0, unit, NULL, style);
}

void label_grad_from(char *out, size_t size, const struct cell_desc *cell, int slot, int t0, int unit, const char *from,
                     struct label_style style) {
    if (size == 0) return;
    out[0] = '\0';
    struct label_pen pen = pen_for(&(struct pen_out){out, size, 0}, cell, style);
    put_grad(&pen, slot, t0, unit, from);
}

void label_map(char *out, size_t size, const struct cell_desc *cell, int block, bool of_state, bool of_input,
               struct label_style style) {
    if (size == 0) return;
    out[0] = '\0';
    struct label_pen pen = pen_for(&(struct pen_out){out, size, 0}, cell, style);
    if (of_state && of_input && label_stacked(style, cell)) {
        const struct symbol *weight = &cell->blocks[block].weight[style.notation];
        put_text(&pen, "%s_{%s}", weight->base, weight->sub);
        return;
    }
    if (of_state) put_weight(&pen, block, 0);
    if (of_state && of_input) put_text(&pen, ",");
    if (of_input) put_weight(&pen, block, 1);
}

void label_stored(char *out, size_t size, const struct record *record, int layer, int direction) {
    if (size == 0) return;
    out[0] = '\0';
    struct label_pen pen = pen_for(&(struct pen_out){out, size, 0}, record_cell(record), (struct label_style){0});
    for (int k = 0; k < 2; k++) {
        int index = layout_param(&record->layout, k ? PARAM_RECURRENT : PARAM_INPUT, layer, direction);
        const struct param *param = &record->layout.params[index];
        const char *name = strrchr(param->name, '.');
        put_text(&pen, "%s (%d, %d)\n", name ? name + 1 : param->name, param->out, param->in);
    }
    const int H = record_H(record);
    put_text(&pen, "rows");
    for (int k = 0; k < pen.cell->block_count; k++)
        put_text(&pen, " %s %d:%d", pen.cell->blocks[k].weight[NOTATION_PYTORCH].sub, k * H, (k + 1) * H);
}

static struct label_pen pen_of(struct pen_out *out, const struct record *record, int layer, int direction,
                               struct label_style style) {
    struct label_pen pen = pen_for(out, record_cell(record), style);
    pen.layer = layer;
    pen.direction = direction;
    pen.layers = record->layout.spec.layers;
    pen.directions = record->layout.spec.directions;
    return pen;
}

void label_slot_of(char *out, size_t size, const struct record *record, int layer, int direction, int slot, int t0,
                   int unit, struct label_style style) {
    if (size == 0) return;
    out[0] = '\0';
    struct label_pen pen = pen_of(&(struct pen_out){out, size, 0}, record, layer, direction, style);
    put_slot(&pen, slot, t0, unit, NULL);
}

void label_grad_of(char *out, size_t size, const struct record *record, int layer, int direction, int slot, int t0,
                   int unit, struct label_style style) {
    if (size == 0) return;
    out[0] = '\0';
    struct label_pen pen = pen_of(&(struct pen_out){out, size, 0}, record, layer, direction, style);
    put_grad(&pen, slot, t0, unit, NULL);
}

void label_output(char *out, size_t size, const char *what, int t0, struct label_style style) {
    if (size == 0) return;
    out[0] = '\0';
    struct label_pen pen = pen_for(&(struct pen_out){out, size, 0}, NULL, style);
    put_symbol(&pen, what, "", NULL, t0, LABEL_NO_UNIT);
}

bool label_stacked(struct label_style style, const struct cell_desc *cell) {
    if (style.weights != LABEL_WEIGHTS_USUAL) return style.weights == LABEL_WEIGHTS_STACKED;
    return style.notation == NOTATION_COURSE && cell->block_count > 1;
}

static void symbol_text(char *out, size_t size, const char *text, int symbol) {
    bool letter =
        (text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= '0' && text[0] <= '9');
    if (letter && !text[1])
        snprintf(out, size, "%s", text);
    else if (strcmp(text, " ") == 0)
        snprintf(out, size, "\\t{space}");
    else if (strcmp(text, "\n") == 0)
        snprintf(out, size, "\\t{newline}");
    else if (strcmp(text, "\t") == 0)
        snprintf(out, size, "\\t{tab}");
    else if (!text[0] || strpbrk(text, "{}$\\\n\r\t") || strlen(text) > 24)
        snprintf(out, size, "%d", symbol);
    else
        snprintf(out, size, "\\t{%s}", text);
}

void label_symbol(char *out, size_t size, const struct record *record, int symbol) {
    symbol_text(out, size, record_symbol(record, symbol), symbol);
}

void label_answer(char *out, size_t size, const struct record *record, int output) {
    symbol_text(out, size, record_answer(record, output), output);
}

void label_words(char *out, size_t size, const char *text, const char *word, int number) {
    static const struct {
        const char *text, *name;
    } names[] = {{" ", "“space”"},         {"\n", "“↵”"},          {"\t", "“tab”"},
                 {"$", "the dollar sign"}, {"`", "the backquote"}, {"", "the empty word"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i].text) == 0) {
            snprintf(out, size, "%s", names[i].name);
            return;
        }
    bool special = text[0] == '<' && text[1];
    if (strpbrk(text, "$`\x01\x02") || strstr(text, "**") || strlen(text) > 40)
        snprintf(out, size, "%s %d", word, number);
    else
        snprintf(out, size, special ? "%s" : "“%s”", text);
}
