#include "cell_view.h"
#include "diagram.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

enum { TOP = 52, BLOCK = 222, THUMBNAIL = 164 };

// Weights of the cells alone, without head and embedding.
static long count_weights(struct net_spec spec, enum cell_id cell) {
    spec.cell = cell;
    struct layout layout;
    struct err err = {0};
    if (!layout_init(&layout, &spec, &err)) return 0;
    long count = 0;
    for (int k = 0; k < layout.count; k++)
        if (layout.params[k].layer >= 0) count += (long)layout.params[k].in * layout.params[k].out;
    layout_release(&layout);
    return count;
}

static void one_cell(struct ui *ui, rect r, const struct scene *scene, enum cell_id cell) {
    const struct cell_desc *about = cell_describe(cell, scene->record->layout.spec.activation);
    struct text_style name = {FONT_SANS_SEMIBOLD, 14, ui->theme->ink1, ALIGN_LEFT},
                      quiet = {FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_RIGHT};
    ui_id id = ui_make_id(ui, about->name);
    rect whole = {r.x - 8, r.y - 6, r.w + 16, r.h - 6};
    struct ui_result result = ui_control(ui, id, whole, true);
    if (result.hovered) {
        ui->cursor = CURSOR_HAND;
        draw_rect(ui->list, whole, ui->theme->stage, 8);
    }
    char count[32], text[48];
    format_count(count, sizeof count, count_weights(scene->record->whole->layout.spec, cell));
    snprintf(text, sizeof text, "%s weights", count);
    draw_text(ui->list, r.x, r.y + 16, about->title, name);
    draw_text(ui->list, r.x + r.w, r.y + 16, text, quiet);
    diagram_draw(ui->list, ui->theme, (rect){r.x + 6, r.y + 30, r.w - 12, THUMBNAIL}, cell, DIAGRAM_THUMBNAIL, NULL);
    ui_focus_ring(ui, id, whole, 8);
    if (result.hovered || result.focused) ui_tooltip(ui, whole, "Train this cell on the same data");
    if (result.clicked) scene->state->ask = (struct ask){.kind = ASK_CELL, .index = (int)cell};
}

void cell_side(struct ui *ui, rect r, const struct scene *scene) {
    // From what is most like an LSTM to the plainest.
    static const enum cell_id order[] = {CELL_LSTM,       CELL_GRU, CELL_LSTM_PEEPHOLE, CELL_GRU_RESET_AFTER,
                                         CELL_GRU_SIMPLE, CELL_RNN};
    enum { ORDER = sizeof order / sizeof *order };
    _Static_assert((int)ORDER == (int)CELL_COUNT, "every cell is offered");
    const struct theme *theme = ui->theme;
    const float padding = 20;
    draw_rect(ui->list, r, theme->panel, 0);
    draw_vline(ui->list, r.x, r.y, r.y + r.h, theme->line);
    draw_text(ui->list, r.x + padding, r.y + 30, "Same parts, other cells",
              (struct text_style){FONT_SANS_SEMIBOLD, 16, theme->ink1, ALIGN_LEFT});
    ui_push_id(ui, "cells");
    rect area = {r.x + 1, r.y + TOP - 6, r.w - 1, r.h - TOP + 6};
    float y = area.y + 6 - ui_scroll_begin(ui, area, "cells", 6 + BLOCK * (ORDER - 1));
    bool first = true;
    for (int k = 0; k < ORDER; k++) {
        if (order[k] == record_cell(scene->record)->id) continue;
        if (!first) draw_hline(ui->list, r.x + padding, r.x + r.w - padding, y - 8, theme->line);
        first = false;
        one_cell(ui, (rect){r.x + padding, y, r.w - 2 * padding, BLOCK - 8}, scene, order[k]);
        y += BLOCK;
    }
    ui_scroll_end(ui);
    ui_pop_id(ui);
}
