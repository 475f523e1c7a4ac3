// All equations of the cell and the head, forward and their derivatives, in symbols; the running one stands a second
// time with the numbers of the selected unit. Every symbol is a link.

#include "equation_links.h"
#include "equations_view.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEADER = 58, PADDING = 24, GUTTER = 24, TWO_COLUMNS = 760, LINE = 29, NUMBER_LINE = 26, TITLE = 24, INSET = 12 };
enum { MAX_BLOCKS = 64, MAX_LINES = 12, LINKS = 48, TEXT = 3000 };
static const float SIZE = 19, NUMBER_SIZE = 17;

struct block {
    struct step step;
    int position; // right after it; -1: not at this timestep
    bool active;
    int column;
    float y, h; // from the top of its column
};

struct sheet {
    struct page page;
    struct equations_memory *memory;
    struct block blocks[MAX_BLOCKS];
    int count;
    float heights[2];
    int columns;
};

// --- the list ---

static void add(struct sheet *s, struct step step, int which, int column) {
    if (s->count == MAX_BLOCKS) return;
    struct page *page = &s->page;
    step.layer = page->layer;
    step.direction = page->direction;
    step.t = page->t;
    step.encoder = record_is_encoder(page->record);
    int at = script_find(page->scene->script, step.kind, page->layer, page->direction, page->t, which);
    const struct step *running = scene_step(page->scene);
    bool active = running && at >= 0 && running == &page->scene->script->steps[at - 1];
    s->blocks[s->count++] = (struct block){.step = step, .position = at, .active = active, .column = column};
}

static void add_updates(struct sheet *s) {
    const struct script *script = s->page.scene->script;
    for (int p = script->phase_first[PHASE_UPDATE]; p < script->count && s->count < MAX_BLOCKS; p++) {
        const struct step *step = &script->steps[p];
        if (step->encoder != record_is_encoder(s->page.record)) continue;
        bool here = step->layer < 0 || (step->layer == s->page.layer && step->direction == s->page.direction);
        if (step->kind != STEP_UPDATE || step->bias || !here) continue;
        s->blocks[s->count++] =
            (struct block){.step = *step, .position = p + 1, .active = scene_step(s->page.scene) == step, .column = 0};
    }
}

static bool makes_state(const struct cell_desc *cell, int part, int state) {
    return cell->parts[part].result == cell->state_out[state];
}

// Forward in the order computed, the gradients of the weights under it; backward beside it in the order gone back.
static void make_list(struct sheet *s) {
    const struct cell_desc *cell = s->page.cell;
    const struct record *record = s->page.record;
    const struct net_spec *spec = &record->layout.spec;
    const bool top = s->page.layer == spec->layers - 1, head = top && !record_is_encoder(record),
               embeds = s->page.layer == 0 && spec->embed > 0;
    const struct step forward = {.phase = PHASE_FORWARD, .part = -1, .state = -1, .block = -1};
    struct step step = forward;
    step.kind = STEP_HAND_OVER;
    if (record_is_decoder(record)) add(s, step, -1, 0);
    step.kind = STEP_EMBED;
    if (embeds) add(s, step, -1, 0);
    for (int part = 0; part < cell->part_count; part++) {
        step.kind = STEP_PART, step.part = part;
        add(s, step, part, 0);
    }
    step = forward;
    step.kind = STEP_OUTPUT;
    if (head) add(s, step, -1, 0);
    step.kind = STEP_LOSS, step.phase = PHASE_LOSS;
    if (head) add(s, step, -1, 0);
    step.kind = STEP_OUTPUT_BACK, step.phase = PHASE_BACKWARD;
    if (head) add(s, step, -1, 1);
    step.state = 0;
    static const enum step_kind sources[] = {STEP_FROM_LOSS, STEP_FROM_FUTURE, STEP_SUM};
    for (size_t k = 0; k < sizeof sources / sizeof *sources; k++) {
        step.kind = sources[k];
        if (step.kind == STEP_FROM_LOSS && top && !head) continue;
        add(s, step, 0, 1);
    }
    for (int part = cell->part_count - 1; part >= 0; part--) {
        for (int state = 1; state < cell->state_count; state++) {
            step.kind = STEP_SUM, step.state = state, step.part = -1;
            if (makes_state(cell, part, state)) add(s, step, state, 1);
        }
        step.kind = STEP_PART_BACK, step.part = part, step.state = -1;
        add(s, step, part, 1);
    }
    step.kind = STEP_EMBED_BACK, step.part = -1;
    if (embeds) add(s, step, -1, 1);
    add_updates(s);
}

// --- texts ---

static bool keeps(const struct block *b, const char *line) {
    return b->step.kind != STEP_UPDATE || line[0] == 'd'; // of an update the sum over time, not the optimiser's rule
}

// The lines of an equation into text, '\0' between them; returns how many.
static int lines_of(const struct sheet *s, const struct block *b, bool linked, char text[TEXT],
                    const char *lines[MAX_LINES]) {
    struct label_style style = s->page.label;
    style.linked = linked;
    int count = 0, kept = 0;
    label_equation(text, TEXT, s->page.record, &b->step, true, style);
    for (char *at = text; at && *at && count < MAX_LINES; count++) {
        char *end = strchr(at, '\n');
        if (end) *end = '\0';
        const char *seen = at;
        while (!strncmp(seen, "\\link{", 6))
            seen = strchr(seen, '}') + 2;
        if (keeps(b, seen)) lines[kept++] = at;
        at = end ? end + 1 : NULL;
    }
    return kept;
}

// The numbers, one side of an equation after the other: a new line before a side that does not fit.
struct numbers {
    struct label_numbers all;
    struct source sources[LABEL_VALUES];
    char lines[MAX_LINES][640];
    int count;
};

static void put_side(struct numbers *n, const char *side, size_t length, float width, struct page *page, bool first) {
    char whole[640];
    char *last = n->count ? n->lines[n->count - 1] : NULL;
    snprintf(whole, sizeof whole, "%s%.*s", first || !last ? "" : last, (int)length, side);
    bool fits = math_measure_values(page->list, whole, NUMBER_SIZE, n->sources, n->all.count).width <= width;
    if (!first && last && fits) {
        snprintf(last, sizeof n->lines[0], "%s", whole);
        return;
    }
    if (n->count == MAX_LINES) return;
    snprintf(n->lines[n->count++], sizeof n->lines[0], first ? "%.*s" : "\\quad %.*s", (int)length, side);
}

static void find_numbers(const struct sheet *s, const struct block *b, struct numbers *n, float width) {
    struct page page = s->page;
    n->count = 0;
    label_equation_numbers(&n->all, page.record, &b->step, page.unit, page.label);
    for (int k = 0; k < n->all.count; k++) {
        const struct label_value *v = &n->all.values[k];
        n->sources[k] = (struct source){v->tensor, v->row, v->column, v->value};
    }
    for (const char *at = n->all.text; *at;) {
        const char *end = strchr(at, '\n');
        if (!end) end = at + strlen(at);
        const char *side = at, *next = memchr(at, '=', (size_t)(end - at)); // the left side stays with the first
        next = next ? memchr(next + 1, '=', (size_t)(end - next - 1)) : NULL;
        for (bool first = *at != '+'; side < end; first = false) {
            const char *stop = next ? next : end;
            put_side(n, side, (size_t)(stop - side), width, &page, first);
            side = stop;
            next = side < end ? memchr(side + 1, '=', (size_t)(end - side - 1)) : NULL;
        }
        at = *end ? end + 1 : end;
    }
}

static bool is_computed(const struct sheet *s, const struct block *b) {
    return b->position >= 0 && b->position <= s->page.scene->position;
}

static bool is_open(const struct sheet *s, const struct block *b) {
    return b->active || s->memory->open == (int)(b - s->blocks) + 1;
}

static void title_of(const struct sheet *s, const struct block *b, char *out, size_t size) {
    struct step step = b->step;
    step.t = -1;
    step_title(s->page.record, &step, out, size);
    static const char *const places[] = {", layer", " (", ", encoder", ", decoder"}; // the header says them
    for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
        char *at = strstr(out, places[k]);
        if (at) *at = '\0';
    }
}

// Why there is nothing to show with numbers, or NULL.
static const char *no_numbers(const struct sheet *s, const struct block *b, char *out, size_t size) {
    if (b->step.kind == STEP_UPDATE) return "All timesteps add to it: all of them use the same weights.";
    if (b->position < 0) return "Nothing of this at this timestep.";
    struct label_numbers numbers;
    label_equation_numbers(&numbers, s->page.record, &b->step, s->page.unit, s->page.label);
    if (!numbers.count) return "Its numbers stand in the panel at the right.";
    if (is_computed(s, b)) return NULL;
    snprintf(out, size, "Not computed yet at t = %d.", s->page.t + 1);
    return out;
}

// --- layout ---

static float measure(const struct sheet *s, const struct block *b, float width) {
    char text[TEXT], why[64];
    const char *lines[MAX_LINES];
    float height = TITLE + LINE * (float)lines_of(s, b, false, text, lines) + 2 * INSET;
    if (!is_open(s, b)) return height;
    if (no_numbers(s, b, why, sizeof why)) return height + 34;
    struct numbers n;
    find_numbers(s, b, &n, width - 2 * INSET);
    return height + 20 + NUMBER_LINE * (float)n.count;
}

static void place(struct sheet *s, float width) {
    s->columns = s->page.r.w >= TWO_COLUMNS ? 2 : 1;
    const float each = s->columns == 2 ? (width - GUTTER) / 2 : width;
    for (int k = 0; k < s->count; k++) {
        struct block *b = &s->blocks[k];
        if (s->columns == 1) b->column = 0;
        b->h = measure(s, b, each - 2 * INSET);
        b->y = s->heights[b->column];
        s->heights[b->column] += b->h + 6;
    }
}

// --- drawing ---

// Lines that go on from the one before stand a little to the right.
static float indent_of(const char *line) {
    return line[0] == '+' || line[0] == '-' ? 26 : 0;
}

static const char *spaced(const char *line, char *out, size_t size) {
    bool on = line[0] == '+' || line[0] == '-';
    snprintf(out, size, on ? "%.1s~%s" : "%.0s%s", line, on ? line + 1 : line);
    return out;
}

// The symbols of a block that the pointer or the focus is in.
static int walk_symbols(struct sheet *s, const struct block *b, rect r, bool hovered, int chosen) {
    struct ui *ui = s->page.ui;
    char text[TEXT], line[TEXT];
    const char *lines[MAX_LINES];
    int count = lines_of(s, b, true, text, lines), seen = 0;
    for (int k = 0; k < count; k++) {
        struct math_link links[LINKS];
        float x = r.x + INSET + indent_of(lines[k]), y = r.y + INSET + TITLE + LINE * (float)k + 19;
        int n = math_links(s->page.list, x, y, r.x + r.w - INSET - x, spaced(lines[k], line, sizeof line), SIZE, links,
                           LINKS);
        for (int i = 0; i < n; i++, seen++) {
            bool under = hovered && rect_has(links[i].at, ui->pointer);
            if (under || (seen == chosen && !s->page.link)) link_take(&s->page, &links[i]);
        }
    }
    return seen;
}

static void draw_numbers(struct sheet *s, const struct block *b, rect r, float y) {
    struct page page = s->page;
    char why[64];
    const char *words = no_numbers(s, b, why, sizeof why);
    if (words) {
        draw_text_fit(page.list, r.x + INSET, y + 14, r.w - 2 * INSET, words,
                      (struct text_style){FONT_SANS_MEDIUM, 13, page.theme->ink3, ALIGN_LEFT});
        return;
    }
    struct numbers n;
    page.x = r.x + 2 * INSET;
    page.w = r.w - 4 * INSET;
    find_numbers(s, b, &n, page.w);
    draw_rect(page.list, (rect){r.x + INSET, y - 4, r.w - 2 * INSET, NUMBER_LINE * (float)n.count + 12},
              page.theme->sunk, 8);
    for (int k = 0; k < n.count; k++)
        page_sum(&page, y + 18 + NUMBER_LINE * (float)k, n.lines[k], NUMBER_SIZE, n.sources, n.all.count);
}

static enum identity identity_of(const struct sheet *s, const struct block *b) {
    bool part = b->step.kind == STEP_PART || b->step.kind == STEP_PART_BACK;
    if (part) return s->page.cell->slots[s->page.cell->parts[b->step.part].result].identity;
    return b->step.kind == STEP_UPDATE && b->step.layer >= 0 ? s->page.cell->blocks[b->step.block].identity
                                                             : IDENTITY_A;
}

static void draw_block(struct sheet *s, const struct block *b, rect r) {
    const struct page *page = &s->page;
    const struct theme *theme = page->theme;
    char text[TEXT], line[TEXT], title[96];
    const char *lines[MAX_LINES];
    int count = lines_of(s, b, false, text, lines);
    struct text_style style = {FONT_SANS_SEMIBOLD, 13, theme->ink1, ALIGN_LEFT};
    title_of(s, b, title, sizeof title);
    if (b->active || is_open(s, b)) draw_rect(page->list, r, theme->panel, 8);
    if (b->active) draw_box(page->list, r, theme->ink1, 8, 2);
    float x = r.x + INSET, y = r.y + INSET + 13;
    if (b->active) {
        float width = text_width(page->list, title, style);
        draw_rect(page->list, (rect){x - 4, y - 15, width + 26, 21}, theme->hi, 6);
        style.color = theme->on_hi;
    }
    draw_circle(page->list, (point){x + 4, y - 4.5f}, 4, b->active ? theme->on_hi : theme->identity[identity_of(s, b)]);
    draw_text_fit(page->list, x + 14, y, r.w - 2 * INSET - 14, title, style);
    for (int k = 0; k < count; k++) {
        float at = x + indent_of(lines[k]);
        math_draw_fit(page->list, theme, at, r.y + INSET + TITLE + LINE * (float)k + 19, r.x + r.w - INSET - at,
                      spaced(lines[k], line, sizeof line), SIZE, theme->ink1, ALIGN_LEFT);
    }
    if (is_open(s, b)) draw_numbers(s, b, r, r.y + INSET + TITLE + LINE * (float)count + 10);
}

static void one_block(struct sheet *s, struct block *b, rect r) {
    struct ui *ui = s->page.ui;
    struct equations_memory *memory = s->memory;
    const int index = (int)(b - s->blocks);
    ui_push_id_int(ui, index);
    ui_id id = ui_make_id(ui, "equation");
    struct ui_result result = ui_control(ui, id, r, true);
    draw_block(s, b, r);
    if (result.focused && memory->focus != index + 1) memory->focus = index + 1, memory->symbol = -1;
    bool keys = result.focused && ui->focus_visible;
    bool was = s->page.link;
    if (result.hovered || keys) {
        int symbols = walk_symbols(s, b, r, result.hovered, keys ? memory->symbol : -1);
        if (keys && symbols && ui_take_key(ui, KEY_RIGHT, 0))
            memory->symbol = (memory->symbol + 1) % symbols, ui->animating = true;
        if (keys && symbols && ui_take_key(ui, KEY_LEFT, 0))
            memory->symbol = (memory->symbol < 1 ? symbols : memory->symbol) - 1, ui->animating = true;
    }
    if (result.clicked && s->page.link && !was)
        link_go(&s->page, &s->page.link_target);
    else if (result.clicked)
        memory->open = memory->open == index + 1 ? 0 : index + 1;
    ui_focus_ring(ui, id, (rect){r.x + 6, r.y + 6, r.w - 12, TITLE + 2}, 6); // the card of a symbol is under it
    if (b->active && memory->shown != s->page.scene->position + 1) {
        ui_scroll_show(ui, rect_inset(r, -10));
        memory->shown = s->page.scene->position + 1;
    }
    ui_pop_id(ui);
}

static void header(struct page *page) {
    rect r = page->r;
    struct text_style quiet = {FONT_SANS, 14, page->theme->ink3, ALIGN_LEFT};
    float x = view_title(page->ui, r, page->scene, "Equations"), y = r.y + 25;
    if (x + 520 < r.x + r.w) x += draw_text(page->list, x, r.y + 30, page->cell->title, quiet) + 16;
    page_time_stepper(page, &x, y);
    page_place_stepper(page, &x, y);
    char text[160];
    snprintf(text, sizeof text, "numbers of unit %d", page->unit + 1);
    quiet.align = ALIGN_RIGHT;
    if (x + 12 + text_width(page->list, text, quiet) < r.x + r.w - PADDING)
        draw_text(page->list, r.x + r.w - PADDING, r.y + 30, text, quiet);
}

// How PyTorch stores the weights, under the header.
static float stored(const struct page *page) {
    if (page->label.notation != NOTATION_PYTORCH) return 0;
    char text[256];
    label_stored(text, sizeof text, page->record, page->layer, page->direction);
    for (char *c = text; *c; c++)
        if (*c == '\n') *c = ' ';
    draw_text_fit(page->list, page->r.x + PADDING + INSET, page->r.y + HEADER + 12, page->r.w - 2 * (PADDING + INSET),
                  text, (struct text_style){FONT_MONO, 12.5f, page->theme->ink3, ALIGN_LEFT});
    return 24;
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    struct sheet s = {.memory = scene->memory};
    draw_rect(ui->list, r, ui->theme->stage, 0);
    page_begin(&s.page, ui, r, scene);
    s.page.card_below = true;
    ui_push_id(ui, "equations");
    draw_clip_push(ui->list, r);
    header(&s.page);
    float top = HEADER + stored(&s.page);
    make_list(&s);
    scene->state->hover_slot = scene->state->hover_t = scene->state->hover_unit = -1;
    const float width = r.w - 2 * PADDING;
    place(&s, width);
    rect area = {r.x, r.y + top, r.w, r.h - top};
    float content = fmaxf(s.heights[0], s.heights[1]) + 16;
    float y = area.y + 2 - ui_scroll_begin(ui, area, "equations", content);
    float each = s.columns == 2 ? (width - GUTTER) / 2 : width;
    for (int k = 0; k < s.count; k++) {
        struct block *b = &s.blocks[k];
        one_block(&s, b, (rect){r.x + PADDING + (float)b->column * (each + GUTTER), y + b->y, each, b->h});
    }
    ui_scroll_end(ui);
    page_card(&s.page);
    draw_clip_pop(ui->list);
    ui_pop_id(ui);
}

const struct view view_of_equations = {
    .name = "equations",
    .title = "Equations",
    .about = "all equations of the cell and their derivatives, with the numbers of the running one",
    .key = 'e',
    .memory = sizeof(struct equations_memory),
    .draw = draw,
};
