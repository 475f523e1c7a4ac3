// Surgery: what a person sets by hand in the example, and what it changed in every timestep.

#include "surgery_inner.h"
#include <math.h>

enum { HEADER = 48, FORM_WIDTH = 316 };

struct edit surgery_draft(const struct surgery *s) {
    int slot = s->cell->state_out[0];
    for (int k = s->cell->slot_count - 1; k >= 0; k--)
        if (s->cell->slots[k].role == SLOT_GATE) slot = k;
    return (struct edit){.kind = EDIT_CLAMP,
                         .encoder = record_is_encoder(s->record),
                         .slot = slot,
                         .layer = s->spec->layers == 1 ? -1 : 0,
                         .direction = -1,
                         .unit = -1,
                         .to = record_T(s->record) - 1};
}

static void start(struct surgery *s) {
    struct surgery_memory *memory = s->memory;
    if (memory->started) return;
    memory->started = true;
    memory->selected = -1;
    memory->draft = surgery_draft(s);
}

// What the memory holds may be of another network or a longer example.
static void fit_draft(struct surgery *s) {
    struct surgery_memory *memory = s->memory;
    struct edit *draft = &memory->draft;
    if (memory->selected >= s->edits->count) memory->selected = -1;
    if (memory->selected >= 0) {
        *draft = s->edits->list[memory->selected];
        return;
    }
    struct edits one = {.count = 1, .list = {*draft}};
    if (edits_check(&one, &s->whole->layout, &s->whole->example, NULL)) return;
    memory->started = false;
    start(s);
}

static bool header_button(struct ui *ui, float *right, float y, const char *label, bool usable) {
    float width = ui_button_width(ui, label) - 8;
    rect r = {*right - width, y, width, 32};
    *right -= width + 8;
    if (usable) return ui_button(ui, r, label, false);
    draw_box(ui->list, r, ui->theme->line, 8, 1);
    draw_text(ui->list, r.x + r.w / 2, r.y + 21, label,
              (struct text_style){FONT_SANS_MEDIUM, 14, ui->theme->ink3, ALIGN_CENTER});
    return false;
}

static void header(struct surgery *s, rect r) {
    struct view_state *state = s->scene->state;
    view_title(s->ui, r, s->scene, "Surgery");
    float right = r.x + r.w - 16, y = r.y + 8;
    if (s->scene->edits_kept) {
        struct text_style quiet = text_of(FONT_SANS_MEDIUM, 14, s->ui->theme->ink3, ALIGN_RIGHT);
        float width = draw_text(s->ui->list, right, y + 21, "Kept by the lesson", quiet);
        icon_draw(s->ui->list, ICON_LOCK, right - width - 24, y + 8, 16, s->ui->theme->ink3, 1.5f);
        return;
    }
    if (header_button(s->ui, &right, y, "Clear all", s->edits->count > 0)) state->ask = (struct ask){.kind = ASK_CLEAR};
    if (header_button(s->ui, &right, y, "Redo", s->scene->can_redo)) state->ask = (struct ask){.kind = ASK_REDO};
    if (header_button(s->ui, &right, y, "Undo", s->scene->can_undo)) state->ask = (struct ask){.kind = ASK_UNDO};
}

void surgery_shown(const struct surgery *s, int *slot, int *layer, int *direction) {
    const struct edit *draft = &s->memory->draft;
    bool holds = edit_holds(draft) && draft->encoder == record_is_encoder(s->record);
    *slot = holds ? draft->slot : s->cell->state_out[0];
    *layer = holds && draft->layer >= 0 ? draft->layer : s->scene->state->layer;
    *direction = holds && draft->direction >= 0 ? draft->direction : s->scene->state->direction;
    if (*layer < 0 || *layer >= s->record->layout.spec.layers) *layer = 0;
    if (*direction < 0 || *direction >= s->record->layout.spec.directions) *direction = 0;
}

// The form, and the list under it, in one scrolled column.
static void left_column(struct surgery *s, rect r) {
    rect inner = {r.x + 16, r.y, r.w - 32, r.h};
    float content = 8 + s->memory->height + surgery_list_height(s, inner.w) + 8;
    inner.y += 8 - ui_scroll_begin(s->ui, r, "surgery", content);
    inner.h = fmaxf(content, r.h);
    float top = inner.y;
    surgery_form(s, &inner, r.h > 620);
    if (s->memory->height != inner.y - top) s->ui->animating = true;
    s->memory->height = inner.y - top;
    surgery_list(s, inner);
    ui_scroll_end(s->ui);
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    static const struct edits none;
    draw_rect(ui->list, r, ui->theme->stage, 0);
    if (!scene->record || record_T(scene->record) < 1) return;
    struct surgery s = {.ui = ui,
                        .list = ui->list,
                        .theme = ui->theme,
                        .scene = scene,
                        .record = scene->record,
                        .before = scene->before ? scene->before : scene->record,
                        .whole = scene->record->whole,
                        .whole_before = (scene->before ? scene->before : scene->record)->whole,
                        .cell = record_cell(scene->record),
                        .spec = &scene->record->whole->layout.spec,
                        .edits = scene->edits ? scene->edits : &none,
                        .memory = scene->memory,
                        .label = {scene->state->notation, true},
                        .t = scene_t(scene)};
    start(&s);
    fit_draft(&s);
    header(&s, rect_cut_top(&r, HEADER));
    draw_hline(s.list, r.x, r.x + r.w, r.y, s.theme->line);
    rect left = rect_cut_left(&r, fminf(FORM_WIDTH, r.w * 0.42f));
    draw_rect(s.list, left, s.theme->panel, 0);
    draw_vline(s.list, left.x + left.w, left.y, left.y + left.h, s.theme->line);
    left_column(&s, left);
    surgery_effect(&s, (rect){r.x + 20, r.y + 12, r.w - 36, r.h - 24});
}

const struct view view_of_surgery = {
    .name = "surgery",
    .title = "Surgery",
    .about = "hold a gate, poke a value, exchange a symbol or a weight, and see what changes",
    .key = 'u',
    .memory = sizeof(struct surgery_memory),
    .draw = draw,
};
