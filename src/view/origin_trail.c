// Where one has been, and where one can go by typing: breadcrumbs, back and forward, the field with its completions.
#include "origin_view.h"

#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CRUMB_PAD = 8, CRUMB_GAP = 22, CRUMB_MAX = 220 };

static void crumb_label(const struct origin_frame *f, int k, char *out, size_t size) {
    struct place place;
    struct label_style style = {f->scene->state->notation, true};
    out[0] = 0;
    if (place_parse(f->record, f->memory->trail[k], &place, NULL)) origin_label(f->record, &place, style, out, size);
}

static float crumb_width(const struct origin_frame *f, int k) {
    char label[ORIGIN_LABEL];
    crumb_label(f, k, label, sizeof label);
    return fminf(CRUMB_MAX, math_measure(f->list, label, 17).width) + 2 * CRUMB_PAD;
}

static void crumb(struct origin_frame *f, rect r, int k) {
    struct origin_memory *memory = f->memory;
    char label[ORIGIN_LABEL];
    bool now = k == memory->at;
    ui_push_id_int(f->ui, k);
    ui_id id = ui_make_id(f->ui, "crumb");
    struct ui_result result = ui_control(f->ui, id, r, true);
    ui_pop_id(f->ui);
    if (now) draw_rect(f->list, r, f->theme->sunk, 6);
    if (result.hovered && !now) draw_box(f->list, r, f->theme->line2, 6, 1);
    crumb_label(f, k, label, sizeof label);
    math_draw_fit(f->list, f->theme, r.x + CRUMB_PAD, r.y + 21, r.w - 2 * CRUMB_PAD, label, 17,
                  k > memory->at ? f->theme->ink3 : f->theme->ink1, ALIGN_LEFT);
    ui_focus_ring(f->ui, id, r, 6);
    if (result.clicked) f->step = k - memory->at;
}

// The last ones that fit, the one in the middle among them.
void origin_trail(struct origin_frame *f, rect r) {
    struct origin_memory *memory = f->memory;
    int last = memory->trail_count - 1, first = last;
    if (last > memory->at + 2) last = first = memory->at + 2;
    float used = crumb_width(f, last) + 20;
    while (first > 0 && used + CRUMB_GAP + crumb_width(f, first - 1) < r.w)
        used += CRUMB_GAP + crumb_width(f, --first);
    if (first > memory->at) first = last = memory->at;
    float x = r.x;
    if (first > 0)
        x += draw_text(f->list, x, r.y + 20, "…",
                       (struct text_style){FONT_SANS_MEDIUM, 14, f->theme->ink3, ALIGN_LEFT}) +
             6;
    for (int k = first; k <= last; k++) {
        float w = fminf(crumb_width(f, k), r.x + r.w - x);
        if (w < 24) break;
        crumb(f, (rect){x, r.y, w, 30}, k);
        x += w;
        if (k < last) icon_draw(f->list, ICON_CHEVRON_RIGHT, x + 4, r.y + 8, 14, f->theme->ink3, 1.5f);
        x += CRUMB_GAP;
    }
}

// --- the field ---

struct matches {
    const char *word;
    size_t length;
    char names[ORIGIN_MATCHES][PLACE_NAME];
    int dims[ORIGIN_MATCHES];
    int64_t shapes[ORIGIN_MATCHES][3];
    int count, all;
};

static void match_name(void *context, const struct place *first, const char *name, int dims, const int64_t *shape) {
    struct matches *m = context;
    (void)first;
    char word[PLACE_NAME];
    snprintf(word, sizeof word, "%.*s", (int)m->length, m->word);
    if (m->length && !strstr(name, word)) return;
    m->all++;
    if (m->count == ORIGIN_MATCHES) return;
    snprintf(m->names[m->count], PLACE_NAME, "%s", name);
    m->dims[m->count] = dims;
    memcpy(m->shapes[m->count], shape, 3 * sizeof *shape);
    m->count++;
}

static struct matches matches_of(const struct origin_frame *f) {
    const char *text = f->memory->field;
    struct matches m = {.word = text, .length = strcspn(text, " ")};
    place_each_tensor(f->record, match_name, &m);
    return m;
}

static ui_id field_id(struct origin_frame *f) {
    return ui_make_id(f->ui, "place");
}

static void go_to(struct origin_frame *f, const struct place *place) {
    place_text(f->record, place, f->go, sizeof f->go);
    f->memory->field[0] = 0;
    f->ui->animating = true;
}

// The name is written out; of a tensor of one number that is the place.
static void complete(struct origin_frame *f, const struct matches *m, int k) {
    struct origin_memory *memory = f->memory;
    struct place place;
    snprintf(memory->field, sizeof memory->field, "%s ", m->names[k]);
    memory->match = -1;
    memory->to_end = true;
    ui_set_focus(f->ui, field_id(f), true);
    if (place_parse(f->record, memory->field, &place, NULL)) go_to(f, &place);
    f->ui->animating = true;
}

static bool completing(const struct origin_frame *f) {
    return f->memory->field[0] && !strchr(f->memory->field, ' ');
}

static bool field_has_focus(struct origin_frame *f) {
    return f->ui->focus == field_id(f);
}

static void enter(struct origin_frame *f) {
    struct origin_memory *memory = f->memory;
    struct place place;
    struct err err = {0};
    if (completing(f)) {
        struct matches m = matches_of(f);
        int exact = -1;
        for (int k = 0; k < m.count; k++)
            if (strlen(m.names[k]) == m.length && !strncmp(m.names[k], m.word, m.length)) exact = k;
        int chosen = memory->match >= 0 ? memory->match : exact >= 0 ? exact : m.all == 1 ? 0 : -1;
        if (chosen >= 0 && chosen < m.count) {
            complete(f, &m, chosen);
            return;
        }
    }
    if (place_parse(f->record, memory->field, &place, &err))
        go_to(f, &place);
    else
        snprintf(memory->problem, sizeof memory->problem, "%s", err.message);
}

void origin_field(struct origin_frame *f, rect r) {
    struct origin_memory *memory = f->memory;
    struct ui *ui = f->ui;
    if (ui_icon_button(ui, (rect){r.x, r.y, 32, 32}, ICON_CHEVRON_LEFT, 18, "Back (Backspace)", false)) f->step = -1;
    if (ui_icon_button(ui, (rect){r.x + 34, r.y, 32, 32}, ICON_CHEVRON_RIGHT, 18, "Forward (Alt + →)", false))
        f->step = 1;
    rect field = {r.x + 76, r.y, r.w - 76, 32};
    bool focused = field_has_focus(f);
    if (focused && completing(f)) {
        struct matches m = matches_of(f);
        if (ui_take_key(ui, KEY_DOWN, 0) && m.count) memory->match = (memory->match + 1) % m.count;
        if (ui_take_key(ui, KEY_UP, 0) && m.count)
            memory->match = (memory->match + m.count) % (m.count + (memory->match < 0));
    }
    if (memory->to_end && focused) ui_text_field_to_end(ui); // before what is typed now, and where it got the focus now
    bool done = ui_text_field(ui, field, "place", memory->field, sizeof memory->field, "a place: forward/l0/c 3 2");
    if (memory->to_end && focused) {
        ui_text_field_to_end(ui);
        memory->to_end = false;
    }
    if (ui_text_field_changed(ui)) {
        memory->problem[0] = 0;
        memory->match = -1;
    }
    if (done && field_has_focus(f)) enter(f);
    if (!focused) memory->match = -1;
    if (focused) memory->list_open = true;
}

// "timestep 1–7, unit 1–8"
static void sizes_text(const struct matches *m, int k, char *out, size_t size) {
    size_t used = 0;
    out[0] = 0;
    for (int i = 0; i < m->dims[k] && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, i ? " × %d" : "%d", (int)m->shapes[k][i]);
}

void origin_completions(struct origin_frame *f, rect r) {
    struct origin_memory *memory = f->memory;
    // A press on a row has taken the focus away already: the list is there for one frame more.
    bool open = memory->field[0] && (field_has_focus(f) || (memory->list_open && f->ui->pressed));
    memory->list_open = memory->list_open && open;
    if (!open) return;
    rect field = {r.x + 76, r.y + 36, r.w - 76, 0};
    struct text_style words = {FONT_SANS_MEDIUM, 13, f->theme->ink2, ALIGN_LEFT};
    if (memory->problem[0]) {
        field.h = 20 + plain_text(f->list, 0, 0, field.w - 24, memory->problem,
                                  (struct rich_style){13, 19, f->theme->err, f->theme->err}, false);
        draw_rect(f->list, field, f->theme->panel, 8);
        draw_box(f->list, field, f->theme->err, 8, 1.5f);
        plain_text(f->list, field.x + 12, field.y + 10, field.w - 24, memory->problem,
                   (struct rich_style){13, 19, f->theme->err, f->theme->err}, true);
        return;
    }
    struct matches m = matches_of(f);
    bool indices = !completing(f);
    if (indices && m.count == 0) return;
    int rows = indices ? 1 : m.count, more = indices ? 0 : m.all - m.count;
    field.h = 12 + 26 * (float)(rows + (more > 0 || rows == 0));
    draw_rect(f->list, field, f->theme->panel, 8);
    draw_box(f->list, field, f->theme->line2, 8, 1);
    float y = field.y + 6;
    for (int k = 0; k < rows; k++, y += 26) {
        rect row = {field.x + 6, y, field.w - 12, 26};
        ui_push_id_int(f->ui, k);
        struct ui_result result = ui_control(f->ui, ui_make_id(f->ui, "completion"), row, false);
        ui_pop_id(f->ui);
        if (k == memory->match || result.hovered) draw_rect(f->list, row, f->theme->sunk, 5);
        char sizes[64];
        sizes_text(&m, k, sizes, sizeof sizes);
        struct text_style right = {FONT_SANS_MEDIUM, 12, f->theme->ink3, ALIGN_RIGHT};
        float w = draw_text(f->list, row.x + row.w - 8, y + 17.5f, sizes, right);
        draw_text_fit(f->list, row.x + 8, y + 17.5f, row.w - 24 - w, m.names[k],
                      (struct text_style){FONT_MONO, 13, f->theme->ink1, ALIGN_LEFT});
        if (result.pressed) complete(f, &m, k);
    }
    char text[64];
    snprintf(text, sizeof text, rows ? "and %d more" : "no tensor has this in its name", more);
    words.color = f->theme->ink3;
    if (more > 0 || rows == 0) draw_text(f->list, field.x + 14, y + 17.5f, text, words);
}
