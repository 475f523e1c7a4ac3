// The edits: one row each with its gradient, whether it is in force, and a cross.

#include "surgery_inner.h"
#include <math.h>
#include <stdio.h>

enum { LINE = 20, SECOND = 20, HEAD = 30, BUTTONS = 80 };

static void ask(struct surgery *s, const struct edits *edits) {
    edit_ask(s->ui, s->scene, edits, &s->memory->going);
}

static float sentence(struct surgery *s, int k, float x, float y, float width, bool draw) {
    char text[256];
    const struct edit *edit = &s->edits->list[k];
    color ink = edit->muted ? s->theme->ink3 : s->theme->ink1;
    edit_sentence(text, sizeof text, edit, s->whole_before, s->label);
    return rich_text(s->list, s->theme, x, y, width, text, (struct rich_style){14, LINE, ink, ink}, draw);
}

static bool has_numbers(struct surgery *s, int k) {
    const struct edit *edit = &s->edits->list[k];
    struct edit_number number;
    return edit->muted || edit->kind == EDIT_FREEZE || edit_value_before(edit, s->whole_before, &number) ||
           edit_grad_of(s->edits, k, s->whole, &number);
}

// What it was, and how the loss answers to what it is now.
static void numbers(struct surgery *s, int k, float x, float y) {
    const struct edit *edit = &s->edits->list[k];
    struct text_style word = {FONT_SANS_MEDIUM, 13, s->theme->ink3, ALIGN_LEFT},
                      number = {FONT_SANS_SEMIBOLD, 13, s->theme->ink2, ALIGN_LEFT};
    struct edit_number was, grad;
    if (edit->muted) {
        draw_text(s->list, x, y, "muted", word);
        return;
    }
    if (edit_value_before(edit, s->whole_before, &was) && !scene_is_hidden(s->scene, was.tensor, was.row, was.column)) {
        snprintf(s->memory->was[k], SURGERY_NAME, "before/%s", was.tensor);
        x += draw_text(s->list, x, y, "was", word) + 6;
        x += draw_value(s->list, x, y, (struct source){s->memory->was[k], was.row, was.column, was.value},
                        edit_digits(was.value, 3), false, number) +
             14;
    }
    if (!edit_grad_of(s->edits, k, s->whole, &grad)) {
        if (edit->kind == EDIT_FREEZE) draw_text(s->list, x, y, "no gradient goes through it", word);
        return;
    }
    x += math_draw(s->list, s->theme, x, y, "\\partial L/\\partial\\t{value}", 14, s->theme->ink3, ALIGN_LEFT) + 6;
    number.color = s->theme->grad;
    draw_value(s->list, x, y, (struct source){grad.tensor, grad.row, grad.column, grad.value},
               edit_digits(grad.value, 3), true, number);
}

static void buttons(struct surgery *s, rect row, int k) {
    struct edits edits = *s->edits;
    bool on = !edits.list[k].muted;
    rect toggle = {row.x + row.w - BUTTONS, row.y + 4, 42, 28};
    if (ui_toggle(s->ui, toggle, "##in force", &on)) {
        edits.list[k].muted = !on;
        ask(s, &edits);
    }
    rect cross = {row.x + row.w - 36, row.y + 2, 32, 32};
    if (!ui_icon_button(s->ui, cross, ICON_CLOSE, 18, "Remove this edit (Delete)", false)) return;
    edits_remove(&edits, k);
    s->memory->selected = -1;
    ask(s, &edits);
}

static void row(struct surgery *s, rect r, int k) {
    struct surgery_memory *memory = s->memory;
    ui_id id = ui_make_id(s->ui, "edit");
    struct ui_result result = ui_control(s->ui, id, r, true);
    bool chosen = memory->selected == k;
    if (chosen || result.hovered) draw_rect(s->list, r, chosen ? s->theme->sunk : s->theme->stage, 6);
    if (chosen) draw_rect(s->list, (rect){r.x, r.y + 6, 3, r.h - 12}, s->theme->ink1, 1.5f);
    if (result.clicked) {
        memory->selected = chosen ? -1 : k;
        s->ui->animating = true;
    }
    if (result.focused && ui_take_key(s->ui, KEY_DELETE, 0)) {
        struct edits edits = *s->edits;
        edits_remove(&edits, k);
        memory->selected = -1;
        ask(s, &edits);
    }
    float height = sentence(s, k, r.x + 12, r.y + 21, r.w - 12 - BUTTONS - 8, true);
    numbers(s, k, r.x + 12, r.y + 21 + height);
    buttons(s, r, k);
    ui_focus_ring(s->ui, id, rect_inset(r, 3), 5);
}

static float row_height(struct surgery *s, float width, int k) {
    return sentence(s, k, 0, 0, width - 12 - BUTTONS - 8, false) + (has_numbers(s, k) ? SECOND : 0) + 12;
}

float surgery_list_height(struct surgery *s, float width) {
    float height = HEAD + (s->edits->count == 0 ? 44 : 4);
    for (int k = 0; k < s->edits->count; k++)
        height += row_height(s, width, k) + 2;
    return height;
}

void surgery_list(struct surgery *s, rect r) {
    rect head = rect_cut_top(&r, HEAD);
    draw_hline(s->list, head.x, head.x + head.w, head.y + 3, s->theme->line);
    draw_text(s->list, head.x, head.y + 23, "Edits",
              (struct text_style){FONT_SANS_SEMIBOLD, 14, s->theme->ink1, ALIGN_LEFT});
    if (s->edits->count == 0)
        rich_text(s->list, s->theme, r.x, r.y + 16, r.w,
                  "None yet. They belong to this example at this update: another one drops them.",
                  (struct rich_style){13, 20, s->theme->ink3, s->theme->ink3}, true);
    for (int k = 0; k < s->edits->count; k++) {
        rect at = rect_cut_top(&r, row_height(s, r.w, k));
        rect_cut_top(&r, 2);
        ui_push_id_int(s->ui, k);
        row(s, at, k);
        ui_pop_id(s->ui);
    }
}
