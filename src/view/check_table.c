// Every parameter of the network checked: the worst entry of each.
#include "check_inner.h"
#include "weight_picker.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROW = 46 };

static void table_row(struct check_page *p, rect r, int index) {
    const struct tensor_check *tensor = index < p->tensor_count ? &p->tensors[index] : NULL;
    const struct theme *theme = p->theme;
    char text[128], checked[32], entries[32];
    weight_title(text, sizeof text, p->record, index);
    const float name = r.y + (tensor ? 18 : ROW / 2 + 5); // alone until there is a result under it
    draw_text_fit(p->list, r.x + 30, name, r.w - 124, text, text_of(FONT_SANS_MEDIUM, 13.5f, theme->ink1, ALIGN_LEFT));
    if (!tensor) {
        draw_ring(p->list, (point){r.x + 13, r.y + ROW / 2}, 6, theme->line2, 1.5f);
        return;
    }
    bool good = tensor->worst <= CHECK_PASS;
    if (tensor->done)
        icon_draw(p->list, good ? ICON_CHECK : ICON_WARN, r.x + 5, r.y + 5, 17, good ? theme->ink1 : theme->err, 2);
    else
        draw_circle(p->list, (point){r.x + 13, r.y + 14}, 6, theme->hi);
    format_count(checked, sizeof checked, tensor->checked);
    format_count(entries, sizeof entries, tensor->entries);
    if (tensor->done && tensor->checked == tensor->entries)
        snprintf(text, sizeof text, "all %s entries", entries);
    else
        snprintf(text, sizeof text, "%s of %s entries", checked, entries);
    struct text_style small = text_of(FONT_SANS_MEDIUM, 12, theme->ink3, ALIGN_LEFT);
    draw_text_fit(p->list, r.x + 30, r.y + 36, r.w - 190, text, small);
    struct source error = {CHECK_TENSOR_ERROR, index, -1, tensor->worst};
    float x = r.x + r.w - 18;
    x -= scene_value(p->scene, p->list, x, r.y + 36, error, tensor->worst == 0 ? 0 : -2, false,
                     text_of(FONT_SANS_SEMIBOLD, 13.5f, good ? theme->ink1 : theme->err, ALIGN_RIGHT));
    char label[96];
    weight_label(label, sizeof label, p->record, p->scene->state->notation, false, tensor->weight);
    math_draw_fit(p->list, theme, x - 10, r.y + 36, 90, label, 14, theme->ink2, ALIGN_RIGHT);
}

static void table_rows(struct check_page *p, rect r) {
    const int count = p->record->layout.count;
    float offset = ui_scroll_begin(p->ui, r, "table of checks", (float)(ROW * count));
    for (int k = 0; k < count; k++) {
        rect row = {r.x, r.y + (float)(ROW * k) - offset, r.w, ROW};
        ui_push_id_int(p->ui, k);
        ui_id id = ui_make_id(p->ui, "checked parameter");
        struct ui_result result = ui_control(p->ui, id, row, k < p->tensor_count);
        if (result.focused) ui_scroll_show(p->ui, row);
        if (k == p->question.weight.param)
            draw_rect(p->list, row, p->theme->hi_soft, 6);
        else if (result.hovered && k < p->tensor_count)
            draw_rect(p->list, row, p->theme->sunk, 6);
        if (result.clicked && k < p->tensor_count) {
            weight_choose(p->scene, p->tensors[k].weight);
            p->ui->animating = true;
        }
        table_row(p, row, k);
        ui_focus_ring(p->ui, id, rect_inset(row, 3), 4);
        ui_pop_id(p->ui);
    }
    ui_scroll_end(p->ui);
}

void check_table(struct check_page *p, rect r) {
    float x = r.x + 20, width = r.w - 40;
    draw_text(p->list, x, r.y + 30, "Every parameter", text_of(FONT_SANS_SEMIBOLD, 16, p->theme->ink1, ALIGN_LEFT));
    struct rich_style prose = {.size = 13.5f, .line_height = 20, .ink = p->theme->ink2, .bold = p->theme->ink1};
    float y = r.y + 54;
    y += rich_text(p->list, p->theme, x, y, width,
                   p->tensor_count
                       ? "The worst entry of each, by four losses an entry. It agrees when the relative error "
                         "is at most 10⁻⁶; an entry below a thousandth of its tensor’s size is measured "
                         "against that."
                       : "“Check them all” compares the backward pass with the losses themselves, parameter "
                         "by parameter.",
                   prose, true);
    table_rows(p, (rect){r.x + 12, y + 4, r.w - 24, r.y + r.h - y - 12});
}
