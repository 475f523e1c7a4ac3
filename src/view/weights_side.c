// The panel beside the view of shared weights: the gradient of the chosen entry as a ledger, timestep by timestep.
#include "weights_inner.h"
#include "weights_view.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

enum { ROW = 26, TOTAL_ROW = 32 };

static void ledger_row(const struct weights *w, rect r, int t) {
    char text[24];
    if (t == w->t) draw_rect(w->list, r, w->theme->hi_soft, 4);
    snprintf(text, sizeof text, "t = %d", t + 1);
    enum font font = t == w->t ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM;
    draw_text(w->list, r.x + 8, r.y + 18, text, text_of(font, 13, w->theme->ink2, ALIGN_LEFT));
    scene_value(w->scene, w->list, r.x + r.w * 0.62f, r.y + 18, weights_part(w, t),
                w->parts[t] == 0 ? 0 : w->part_digits, true, text_of(font, 13, w->theme->ink1, ALIGN_RIGHT));
    scene_value(w->scene, w->list, r.x + r.w - 14, r.y + 18, weights_sum(w, t), w->sums[t] == 0 ? 0 : w->digits, true,
                text_of(font, 13, w->theme->ink2, ALIGN_RIGHT));
}

static void ledger(struct weights *w, rect r) {
    struct weights_memory *memory = w->scene->memory;
    float offset = ui_scroll_begin(w->ui, r, "weight ledger", (float)(ROW * w->T));
    for (int t = 0; t < w->T; t++) {
        rect row = {r.x, r.y + (float)(ROW * t) - offset, r.w, ROW};
        if (t == w->t && memory->told != t + 1) {
            ui_scroll_show(w->ui, row);
            memory->told = t + 1;
        }
        if (row.y + ROW < r.y || row.y > r.y + r.h) continue;
        ui_push_id_int(w->ui, t);
        struct ui_result result = ui_control(w->ui, ui_make_id(w->ui, "ledger row"), row, false);
        ui_pop_id(w->ui);
        if (result.hovered && t != w->t) draw_rect(w->list, row, w->theme->sunk, 4);
        if (result.clicked) weights_take(w, t);
        ledger_row(w, row, t);
    }
    ui_scroll_end(w->ui);
}

// A sum below the rows; the last one is lit.
static void total_row(const struct weights *w, rect r, const char *words, const char *markup,
                      enum record_param_kind kind, bool last) {
    color ink = last ? w->theme->on_hi : w->theme->ink1;
    if (last)
        draw_rect(w->list, r, w->theme->hi, 6);
    else
        draw_hline(w->list, r.x, r.x + r.w, r.y, w->theme->line);
    if (words)
        draw_text_fit(w->list, r.x + 8, r.y + 21, r.w * 0.6f, words, text_of(FONT_SANS_MEDIUM, 13, ink, ALIGN_LEFT));
    else
        math_draw_fit(w->list, w->theme, r.x + 8, r.y + 22, r.w * 0.5f, markup, 18, ink, ALIGN_LEFT);
    scene_value(w->scene, w->list, r.x + r.w - 14, r.y + 21, weights_number(w, kind), w->whole_digits, true,
                text_of(FONT_SANS_SEMIBOLD, 14, ink, ALIGN_RIGHT));
}

void weights_side(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x, r.y, r.y + r.h, ui->theme->line);
    struct weights w;
    if (r.w < 120 || r.h < 160 || !weights_open(&w, ui, scene)) return;
    float x = r.x + 20, width = r.w - 40, y = r.y + 30;
    draw_text(ui->list, x, y, "One gradient, summed over time",
              text_of(FONT_SANS_SEMIBOLD, 16, ui->theme->ink1, ALIGN_LEFT));
    char markup[320];
    snprintf(markup, sizeof markup, "%s = \\sum_{t} %s^{<t>}%s", w.grad_label, w.grad_label,
             w.record->batch ? "+\\t{rest}" : "");
    math_draw_fit(ui->list, ui->theme, x, y + 36, width, markup, 19, ui->theme->ink1, ALIGN_LEFT);
    y += 70;
    struct text_style head = text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_LEFT);
    draw_text(ui->list, x + 8, y, "timestep", head);
    head.align = ALIGN_RIGHT;
    draw_text(ui->list, x + width * 0.62f, y, "its part", head);
    draw_text(ui->list, x + width - 14, y, "running total", head);
    const bool batch = w.record->batch != NULL;
    float bottom = r.y + r.h - (batch ? 48 + 2 * TOTAL_ROW : 48);
    rect rows = {x, y + 10, width, fminf((float)(ROW * w.T), bottom - y - 10)};
    ledger(&w, rows);
    rect total = {x, rows.y + rows.h + 6, width, 32};
    char others[32];
    weights_others(&w, others, sizeof others);
    if (batch) { // the example's own sum, then the others', then both
        total_row(&w, total, "this example", NULL, RECORD_GRAD, false);
        total.y += TOTAL_ROW;
        total_row(&w, total, others, NULL, RECORD_REST, false);
        total.y += TOTAL_ROW;
    }
    total_row(&w, total, NULL, w.grad_label, record_total_kind(w.record), true);
    weights_close(&w);
}
