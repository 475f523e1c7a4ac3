#include "inspector.h"
#include "diagram.h"
#include "inspector_parts.h"
#include <math.h>
#include <stdio.h>

enum { PADDING = 20, PADDING_WIDE = 24, WIDE = 400 };

void page_title(struct page *page, const char *title, const char *right) {
    const float y = page->r.y + page_mix(page, 28, 30);
    struct text_style style = {FONT_SANS_SEMIBOLD, 16, page->theme->ink1, ALIGN_LEFT};
    float at = page->x + draw_text_fit(page->list, page->x, y, page->w, title, style) + 10;
    style = (struct text_style){FONT_SANS_MEDIUM, 14, page->theme->ink3, ALIGN_LEFT};
    if (right && at < page->x + page->w - 20) draw_text_fit(page->list, at, y, page->x + page->w - at, right, style);
}

void page_diagram(struct page *page, rect at) {
    const struct scene *scene = page->scene;
    diagram_draw(page->list, page->theme, at, page->cell->id, DIAGRAM_INSPECTOR, scene);
    struct ui_result result = ui_control(page->ui, ui_make_id(page->ui, "diagram"), at, false);
    struct diagram_hit hit;
    if (!result.hovered || !scene->state) return;
    if (!diagram_hit(at, page->cell->id, DIAGRAM_INSPECTOR, scene, page->ui->pointer, &hit)) return;
    int unit = hit.unit >= 0 ? hit.unit : page->unit;
    bool backward = scene_backward(scene);
    const struct cell_slot *slot = &page->cell->slots[hit.slot];
    // A state that comes in is the state that went out one timestep earlier: every strip of it lights up.
    bool earlier = !backward && slot->role == SLOT_STATE_IN && page->t > 0;
    scene->state->hover_slot = earlier ? slot->next : hit.slot;
    scene->state->hover_t = earlier ? page->t - 1 : page->t;
    scene->state->hover_unit = unit;
    scene->state->hover_grad = backward;
    if (result.clicked) scene->state->unit = unit;
    page_slot_card(page, hit.slot, unit, hit.at, backward);
}

// Without a selection the page is about the unit of the sentence under the stage, else the one that says most: the
// largest value or gradient of the step's
// result.
static int telling_unit(const struct page *page) {
    const struct cell_desc *cell = page->cell;
    const struct step *step = &page->step;
    const struct narration *said = page->scene->narration;
    if (page->running && said && said->unit > 0 && said->unit <= page->H) return said->unit - 1;
    bool backward = step->phase >= PHASE_BACKWARD;
    bool part = step->kind == STEP_PART || step->kind == STEP_PART_BACK;
    int slot = part                     ? cell->parts[step->part].result
               : step->kind == STEP_SUM ? cell->state_out[step->state]
                                        : cell->state_out[0];
    const struct tape *tape = page->record->tape;
    const double *values = backward ? tape_grad(tape, page->layer, page->direction, slot, page->t)
                                    : tape_value(tape, page->layer, page->direction, slot, page->t);
    bool gate = !backward && cell->slots[slot].role == SLOT_GATE;
    int best = 0;
    double most = -1;
    for (int i = 0; i < page->H; i++) {
        double size = gate ? fabs(values[i] - 0.5) : fabs(values[i]);
        if (size > most) most = size, best = i;
    }
    return best;
}

// Steps that stand for no timestep are about the side that they belong to; others are looked at on the side and at the
// timestep that is selected, where some of them do not exist.
static void settle_step(struct page *page) {
    struct step *step = &page->step;
    if (step->t < 0) {
        if (scene_step(page->scene)) page->record = record_side(page->record, step->encoder);
        page->script = script_side(page->script, step->encoder);
        // The timestep and direction looked at may be the other side's.
        if (page->t >= record_T(page->record)) page->t = record_T(page->record) - 1;
        if (page->direction >= tape_spec(page->record->tape)->directions) page->direction = 0;
        return;
    }
    step->t = page->t;
    step->encoder = record_is_encoder(page->record);
    if (step->layer >= 0) step->layer = page->layer;
    if (step->direction >= 0) step->direction = page->direction;
    bool output = step->kind == STEP_OUTPUT || step->kind == STEP_LOSS;
    bool gone = (output && step->encoder) || (step->kind == STEP_HAND_OVER && (page->t > 0 || step->encoder)) ||
                (step->kind == STEP_EMBED_BACK && page->record->example.x[page->t] < 0);
    bool head = step->kind == STEP_OUTPUT_BACK || step->kind == STEP_FROM_LOSS;
    if (gone) {
        *step = (struct step){.kind = STEP_INPUT, .layer = page->layer, .direction = page->direction, .t = page->t};
        step->encoder = record_is_encoder(page->record);
    } else if (head && step->encoder && page->layer == page->record->layout.spec.layers - 1) {
        step->kind = STEP_SUM;
        step->state = 0;
        step->layer = page->layer;
        step->direction = page->direction;
    }
}

void page_begin(struct page *page, struct ui *ui, rect r, const struct scene *scene) {
    *page = (struct page){.ui = ui,
                          .list = ui->list,
                          .theme = ui->theme,
                          .scene = scene,
                          .record = scene->record,
                          .script = scene->script,
                          .r = r,
                          .ease = 1};
    const float padding = r.w >= WIDE ? PADDING_WIDE : PADDING;
    page->cell = record_cell(scene->record);
    page->H = record_H(scene->record);
    page->x = r.x + padding;
    page->w = r.w - 2 * padding;
    page->y = r.y;
    page->bottom = r.y + r.h;
    page->label = scene_label(scene, true);
    diagram_place(scene, &page->layer, &page->direction);
    const struct step *step = scene_step(scene);
    page->t = scene_t(scene);
    page->step = step ? *step : (struct step){.kind = STEP_INPUT, .phase = PHASE_FORWARD, .state = -1, .block = -1};
    page->running = step && (step->t < 0 || (step->t == page->t && scene_step_is_here(scene)));
    settle_step(page);
    page->unit = scene->state ? scene->state->unit : -1;
    if (page->unit < 0 || page->unit >= page->H) page->unit = telling_unit(page);
}

// One weighted sum that is squashed; several, joined by other steps, are shown as a ledger.
static bool has_affine(const struct page *page, int *affine) {
    const struct cell_part *part = &page->cell->parts[page->step.part];
    int count = 0;
    for (int i = part->first; i < part->first + part->count; i++) {
        enum cell_op op = page->cell->steps[i].op;
        count += op == OP_AFFINE || op == OP_DIAGONAL;
        if (op == OP_AFFINE) *affine = i;
    }
    return count == 1;
}

static void draw_page(struct page *page) {
    int affine = 0;
    if (scene_step(page->scene) == NULL) {
        page_start(page);
        return;
    }
    switch (page->step.kind) {
    case STEP_EMBED:
    case STEP_EMBED_BACK:
        page_embed(page);
        break;
    case STEP_HAND_OVER:
        page_hand_over(page);
        break;
    case STEP_INPUT:
        page_input(page);
        break;
    case STEP_PART:
        if (has_affine(page, &affine))
            page_affine(page, affine);
        else
            page_elementwise(page);
        break;
    case STEP_OUTPUT:
    case STEP_OUTPUT_BACK:
        page_output(page);
        break;
    case STEP_LOSS:
        page_loss(page);
        break;
    case STEP_FROM_LOSS:
    case STEP_FROM_FUTURE:
    case STEP_SUM:
    case STEP_PART_BACK:
        page_backward(page);
        break;
    case STEP_CLIP:
        page_clip(page);
        break;
    case STEP_UPDATE:
        page_update(page);
        break;
    case STEP_KIND_COUNT:
        break;
    }
}

void view_inspector(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x, r.y, r.y + r.h, ui->theme->line);
    if (!scene->record || !scene->script || r.w < 120 || r.h < 80) return;
    struct page page;
    page_begin(&page, ui, r, scene);
    ui_push_id(ui, "inspector");
    draw_clip_push(ui->list, r);
    draw_page(&page);
    page_card(&page);
    draw_clip_pop(ui->list);
    ui_pop_id(ui);
}
