// "Where a number comes from": what it is made of at the left, the number and its formula in the middle, what it goes
// into at the right. Every card leads on to its number.
#include "origin_view.h"

#include "inspector_parts.h"
#include "views.h"
#include "wire.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

// --- numbers ---

enum strip_kind origin_strip(const struct record *record, const struct place *place) {
    const struct cell_desc *cell = record_cell(record);
    switch (place->kind) {
    case PLACE_VALUE:
        return cell->slots[place->slot].role == SLOT_GATE ? STRIP_GATE : STRIP_VALUE;
    case PLACE_Y_HAT:
        return record->layout.spec.output == OUTPUT_LINEAR ? STRIP_VALUE : STRIP_GATE;
    case PLACE_GRAD:
    case PLACE_FROM_LOSS:
    case PLACE_FROM_FUTURE:
    case PLACE_SENT:
    case PLACE_LOGITS_GRAD:
    case PLACE_INPUT_GRAD:
    case PLACE_PARAM_GRAD:
    case PLACE_CLIPPED:
    case PLACE_GRAD_AT:
    case PLACE_REST:
    case PLACE_TOTAL:
    case PLACE_GRAD_NORM:
    case PLACE_OWN_NORM:
    case PLACE_REST_NORM:
        return STRIP_GRADIENT;
    default:
        return STRIP_VALUE;
    }
}

bool origin_hides(const struct origin_frame *f, const struct place *place) {
    if (f->scene->hidden_count == 0) return false;
    struct source source = origin_source(f, place, 0);
    return scene_is_hidden(f->scene, source.tensor, source.row, source.column);
}

// The scale of a single tile: the next of 1, 2, 5, 10 ...
static float tile_scale(double value) {
    double scale = 1;
    for (int k = 0; fabs(value) > scale && k < 30; k++)
        scale *= k % 3 == 1 ? 2.5 : 2;
    return (float)scale;
}

void origin_glyph(const struct origin_frame *f, rect r, const struct place *place, double value) {
    struct strip_style style = strip_style_default(origin_strip(f->record, place), r.w, 0, r.h);
    bool hidden = origin_hides(f, place);
    style.max = tile_scale(value);
    style.sign_marks = f->scene->state->sign_marks;
    if (hidden) style.kind = STRIP_GHOST;
    strip_draw(f->list, f->theme, r.x, r.y, hidden ? NULL : &value, 1, &style);
}

struct source origin_source(const struct origin_frame *f, const struct place *place, double value) {
    struct origin_memory *memory = f->memory;
    struct source source = {.value = value};
    int64_t shape[3];
    char name[PLACE_NAME];
    place_tensor(f->record, place, name, shape);
    place_index(f->record, place, &source.row, &source.column);
    int k = 0;
    while (k < memory->name_count && strcmp(memory->names[k], name) != 0)
        k++;
    if (k == ORIGIN_NAMES) return source;
    if (k == memory->name_count) snprintf(memory->names[memory->name_count++], PLACE_NAME, "%s", name);
    source.tensor = memory->names[k];
    return source;
}

int origin_digits(double value) {
    double size = fabs(value);
    return size != 0 && size < 0.0005 ? -2 : size >= 1000 ? 1 : 3;
}

static bool is_whole(const struct place *place) {
    return place->kind == PLACE_SYMBOL || (place->kind == PLACE_TARGET) || place->kind == PLACE_MASK;
}

float origin_value(const struct origin_frame *f, float x, float y, float width, const struct place *place, double value,
                   int digits, bool plus, struct text_style style) {
    if (origin_hides(f, place)) return draw_text(f->list, x, y, "?", style);
    char text[48];
    if (is_whole(place) && value == round(value)) digits = 0;
    format_value(text, sizeof text, value, digits, plus);
    float needed = text_width(f->list, text, style);
    if (needed > width) style.size *= fmaxf(0.6f, width / needed);
    return draw_value(f->list, x, y, origin_source(f, place, value), digits, plus, style);
}

// --- which number ---

static void push(struct origin_memory *memory, const char *text) {
    if (memory->trail_count > 0 && !strcmp(memory->trail[memory->at], text)) return;
    if (memory->trail_count > 0) memory->trail_count = memory->at + 1;
    if (memory->trail_count == ORIGIN_TRAIL) {
        memmove(memory->trail[0], memory->trail[1], sizeof memory->trail[0] * (ORIGIN_TRAIL - 1));
        memory->trail_count--;
    }
    memory->at = memory->trail_count++;
    snprintf(memory->trail[memory->at], ORIGIN_TEXT, "%s", text);
    memory->known = false;
}

// Of another record: places that it does not have are forgotten.
static void sift(struct origin_memory *memory, const struct record *record) {
    int kept = 0, at = -1;
    for (int k = 0; k < memory->trail_count; k++) {
        struct place place;
        if (!place_parse(record, memory->trail[k], &place, NULL)) continue;
        if (k <= memory->at) at = kept;
        if (kept != k) memcpy(memory->trail[kept], memory->trail[k], ORIGIN_TEXT);
        kept++;
    }
    memory->trail_count = kept;
    memory->at = at < 0 ? 0 : at;
}

static void light(struct view_state *state, const struct record *record, const struct origin *origin) {
    struct lit *lit = &state->lit;
    lit->count = 0;
    for (int k = -1; k < origin->row_count; k++)
        for (int i = 0; i < (k < 0 ? 1 : origin->rows[k].count) && lit->count < LIT_MAX; i++) {
            const struct place *place = k < 0 ? &origin->place : &origin->rows[k].factors[i].place;
            int64_t shape[3];
            int n = lit->count++;
            place_tensor(record, place, lit->tensor[n], shape);
            place_index(record, place, &lit->row[n], &lit->column[n]);
        }
}

static int add_formula(char (*list)[640], int count, const struct record *record, const struct place *place,
                       struct label_style style) {
    struct origin other;
    if (count == ORIGIN_BEHIND) return count;
    origin_of(record, place, style, &other);
    for (int k = 0; k < count; k++)
        if (!strcmp(list[k], other.formula)) return count;
    if (other.rule != ORIGIN_GIVEN) snprintf(list[count++], 640, "%s", other.formula);
    return count;
}

static void look_behind(struct origin_memory *memory, const struct record *record, struct label_style style) {
    const struct origin *origin = &memory->origin;
    memory->behind_count = memory->how_count = 0;
    for (int k = 0; k < origin->row_count && origin->row_count <= ORIGIN_BEHIND; k++)
        for (int i = 0; i < origin->rows[k].count; i++)
            memory->behind_count =
                add_formula(memory->behind, memory->behind_count, record, &origin->rows[k].factors[i].place, style);
    for (int k = 0; k < memory->uses.use_count && memory->uses.use_count <= ORIGIN_BEHIND; k++)
        memory->how_count = add_formula(memory->how, memory->how_count, record, &memory->uses.uses[k].place, style);
}

static void look(struct origin_frame *f) {
    struct origin_memory *memory = f->memory;
    struct view_state *state = f->scene->state;
    const struct record *record = f->record;
    if (memory->serial != record->serial || memory->notation != state->notation) {
        sift(memory, record);
        memory->known = false;
    }
    struct place place;
    if (state->picked[0] && place_parse(record, state->picked, &place, NULL)) push(memory, state->picked);
    state->picked[0] = 0;
    if (memory->trail_count == 0) {
        char text[ORIGIN_TEXT];
        scene_telling_place(f->scene, &place);
        place_text(record, &place, text, sizeof text);
        push(memory, text);
    }
    if (memory->known) return;
    struct label_style style = {state->notation, true};
    place_parse(record, memory->trail[memory->at], &place, NULL);
    origin_of(record, &place, style, &memory->origin);
    origin_uses(record, &place, style, &memory->uses);
    look_behind(memory, record, style);
    memory->known = true;
    memory->serial = record->serial;
    memory->notation = state->notation;
    light(state, record, &memory->origin);
}

// --- the number in the middle ---

// Where a line of maths may be broken: before an operator outside of all braces and brackets. The end, where there is
// none after `at`.
static const char *next_break(const char *at) {
    int depth = 0;
    for (const char *c = at; *c && *c != '\n'; c++) {
        if (c > at && depth == 0 && (strchr("+-", *c) || *c == ':' || (*c == '=' && c[-1] != ':'))) return c;
        if (strchr("{([", *c)) depth++;
        if (strchr("})]", *c)) depth--;
    }
    return at + strcspn(at, "\n");
}

static float formula_line(const struct origin_frame *f, float x, float y, float w, const char *line, float size,
                          bool draw) {
    struct math_box box = math_measure(f->list, line, size);
    if (box.width > w) {
        size = fmaxf(9, size * w / box.width);
        box = math_measure(f->list, line, size);
    }
    float ascent = fmaxf(size * 0.8f, box.ascent);
    if (draw) math_draw(f->list, f->theme, x, y + ascent, line, size, f->theme->ink1, ALIGN_LEFT);
    return y + ascent + fmaxf(size * 0.3f, box.descent);
}

float origin_formula_lines(const struct origin_frame *f, float x, float y, float w, const char *markup, float size,
                           bool draw) {
    const char *at = markup;
    bool first = true, goes_on = false;
    while (*at) {
        char line[700], longer[1400];
        const char *end = next_break(at);
        float indent = goes_on ? 20 : 0;
        const char *start = at + (goes_on && *at != ':'); // an operator in front stands off from what follows
        snprintf(line, sizeof line, "%.*s%s%.*s", (int)(start - at), at, start > at ? "~" : "", (int)(end - start),
                 start);
        while (*end && *end != '\n') {
            const char *further = next_break(end);
            snprintf(longer, sizeof longer, "%s%.*s", line, (int)(further - end), end);
            if (math_measure(f->list, longer, size).width > w - indent) break;
            snprintf(line, sizeof line, "%.699s", longer);
            end = further;
        }
        y = formula_line(f, x + indent, y + (first ? 0 : size * 0.35f), w - indent, line, size, draw);
        first = false;
        goes_on = *end && *end != '\n';
        at = *end == '\n' ? end + 1 : end;
    }
    return y;
}

// The formula with numbers from y on, unless one of them is hidden; returns the bottom.
static float numbers_line(struct origin_frame *f, float x, float y, float w) {
    const struct origin *origin = &f->memory->origin;
    char markup[900];
    struct origin_number numbers[ORIGIN_NUMBERS];
    struct source sources[ORIGIN_NUMBERS];
    int count = origin_numbers(f->record, origin, 3, markup, sizeof markup, numbers);
    if (count == 0) return y;
    for (int k = 0; k < count; k++) {
        if (numbers[k].of_record && origin_hides(f, &numbers[k].place)) return y;
        sources[k] = numbers[k].of_record ? origin_source(f, &numbers[k].place, numbers[k].value)
                                          : (struct source){"sum/group", -1, -1, numbers[k].value};
    }
    float size = 18;
    struct math_box box = math_measure_values(f->list, markup, size, sources, count);
    while (box.width > w && size > 11)
        box = math_measure_values(f->list, markup, size -= 1, sources, count);
    if (box.width > w) return y; // the cards tell them one by one
    y += 16 + fmaxf(box.ascent, size * 0.8f);
    math_draw_values(f->list, f->theme, x, y, markup, size, f->theme->ink1, sources, count);
    return y + fmaxf(box.descent, size * 0.3f);
}

// Title, number, formula, formula with numbers, place. As high as they need; returns the bottom.
static float middle(struct origin_frame *f, rect r, bool draw) {
    const struct origin *origin = &f->memory->origin;
    struct draw_list *list = f->list;
    const struct theme *theme = f->theme;
    float x = r.x + 18, w = r.w - 36, y = r.y + 18;
    struct rich_style words = {15, 21, theme->ink1, theme->ink1};
    y += plain_text(list, x, y, w, origin->title, words, draw) + 12;
    if (draw) {
        origin_glyph(f, (rect){x, y, 22, 34}, &origin->place, origin->value);
        struct text_style number = {FONT_DISPLAY, 28, theme->ink1, ALIGN_LEFT};
        origin_value(f, x + 36, y + 27, w - 36, &origin->place, origin->value, origin_digits(origin->value), false,
                     number);
    }
    y += 34 + 18;
    bool given = origin->rule == ORIGIN_GIVEN;
    y = origin_formula_lines(f, x, y, w, given ? origin->label : origin->formula, 19, draw);
    if (!given && draw) y = numbers_line(f, x, y, w);
    if (!given && !draw) y += 60;
    struct text_style name = {FONT_MONO, 12, theme->ink3, ALIGN_LEFT};
    float needed = text_width(list, f->memory->trail[f->memory->at], name);
    if (needed > w) name.size *= fmaxf(0.7f, w / needed);
    if (draw) draw_text_fit(list, x, r.y + r.h - 16, w, f->memory->trail[f->memory->at], name);
    return y + 46;
}

static void middle_box(struct origin_frame *f, rect r) {
    r.h = fminf(r.h, fmaxf(200, middle(f, r, false) - r.y));
    draw_rect(f->list, r, f->theme->panel, 12);
    draw_box(f->list, r, f->theme->ink1, 12, 2);
    draw_clip_push(f->list, rect_inset(r, 2));
    middle(f, r, true);
    draw_clip_pop(f->list);
}

// From a column of cards into the middle, or out of it.
static void arrow(const struct origin_frame *f, float from, float to, float y) {
    struct wire_style style = {.ink = f->theme->ink2, .width = 1.5f};
    wire_draw(f->list, (point[]){{from, y}, {to, y}}, 2, style);
}

static void follow(struct origin_frame *f) {
    struct origin_memory *memory = f->memory;
    int at = memory->at + f->step;
    if (f->step && at >= 0 && at < memory->trail_count) {
        memory->at = at;
        memory->known = false;
        f->ui->animating = true;
    }
    if (!f->go[0]) return;
    push(memory, f->go);
    f->ui->animating = true;
}

static void keys(struct origin_frame *f) {
    struct ui *ui = f->ui;
    if (ui_text_focused(ui)) return;
    if (ui_take_key(ui, KEY_BACKSPACE, 0) || ui_take_key(ui, KEY_LEFT, MOD_ALT)) f->step = -1;
    if (ui_take_key(ui, KEY_RIGHT, MOD_ALT)) f->step = 1;
}

enum { MARGIN = 24, TOP = 44, TRAIL_H = 30, ARROW_W = 46, FIELD_W = 380 };

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    float x = view_title(ui, r, scene, "Where a number comes from");
    if (!scene->record || r.w < 300 || r.h < 240) return;
    struct origin_frame frame = {ui, ui->list, ui->theme, scene, scene->record->whole, scene->memory, r, "", 0},
                        *f = &frame;
    f->memory->name_count = 0;
    look(f);
    ui_push_id(ui, "origin");
    keys(f);
    float inner = r.w - 2 * MARGIN, field_w = fminf(FIELD_W, r.x + r.w - MARGIN - x - 8);
    rect field = {r.x + r.w - MARGIN - field_w, r.y + 8, field_w, 32};
    if (field_w > 180) origin_field(f, field);
    origin_trail(f, (rect){r.x + MARGIN - 8, r.y + TOP, inner + 8, TRAIL_H});
    float where = origin_where_height(f, r.h), top = r.y + TOP + TRAIL_H + 14,
          height = r.y + r.h - where - 16 - top - 14;
    float cards = inner - 2 * ARROW_W, left = cards * 0.48f, centre = fminf(340, cards * 0.28f);
    rect operands = {r.x + MARGIN, top, left, height}, box = {operands.x + left + ARROW_W, top, centre, height};
    rect uses = {box.x + centre + ARROW_W, top, cards - left - centre, height};
    origin_operands(f, operands);
    middle_box(f, box);
    origin_goes_into(f, uses);
    float y = top + 28 + 18;
    if (f->memory->origin.rule != ORIGIN_GIVEN) arrow(f, operands.x + left + 10, box.x - 8, y);
    if (f->memory->uses.use_count > 0) arrow(f, box.x + centre + 10, uses.x - 8, y);
    origin_where(f, (rect){r.x + MARGIN, r.y + r.h - where - 12, inner, where});
    if (field_w > 180) origin_completions(f, field);
    ui_pop_id(ui);
    follow(f);
}

extern const struct view view_of_origin;
const struct view view_of_origin = {
    .name = "origin",
    .title = "Where a number comes from",
    .about = "One number: what it is made of, its formula, and what it goes into. Alt + click on any number opens it.",
    .key = 'f',
    .memory = sizeof(struct origin_memory),
    .draw = draw,
};
