#include "weight_picker.h"

#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LIST_WIDTH = 420, LIST_ROWS = 9, GAP = 12, SEGMENTS_MAX = CELL_MAX_BLOCKS };
static const char *const menu = "parameters";

void weight_choose(const struct scene *scene, struct weight weight) {
    weight.chosen = true;
    scene->state->weight = weight_settle(scene_whole(scene), weight);
}

bool weight_turned(const struct record *record, int param) {
    const struct param *p = &record->layout.params[param];
    return param_is_vector(p->role) || p->role == PARAM_HEAD || p->role == PARAM_EMBED;
}

void weight_step(const struct scene *scene, int down, int across) {
    const struct record *record = scene_whole(scene);
    struct weight weight = scene_weight(scene);
    struct weight_block b = weight_block_get(record, scene->state->notation, weight.param,
                                             weight_block_of(record, weight.param, weight.row));
    bool turned = weight_turned(record, weight.param);
    weight.row += turned ? across : down;
    weight.row = (int)fmin(fmax(weight.row, b.first), b.first + b.count - 1);
    weight.column += turned ? down : across; // settled by weight_choose
    weight_choose(scene, weight);
}

void weight_begin(struct ui *ui, const struct scene *scene) {
    weight_choose(scene, scene_weight(scene));
    static const struct {
        int key, down, across;
    } moves[] = {{KEY_UP, -1, 0}, {KEY_DOWN, 1, 0}, {KEY_LEFT, 0, -1}, {KEY_RIGHT, 0, 1}};
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
        while (ui_take_key(ui, moves[k].key, MOD_ALT))
            weight_step(scene, moves[k].down, moves[k].across);
}

// Valid until the next call, as ui_list asks.
static const char *row_text(void *context, int row) {
    const struct scene *scene = context;
    static char text[200];
    char title[96];
    int rows, columns;
    weight_title(title, sizeof title, scene_whole(scene), row);
    record_param_shape(scene_whole(scene), row, &rows, &columns);
    if (columns > 1)
        snprintf(text, sizeof text, "%s, %d × %d", title, rows, columns);
    else
        snprintf(text, sizeof text, "%s, %d", title, rows);
    return text;
}

static void parameter_menu(struct ui *ui, rect anchor, const struct scene *scene, struct weight weight) {
    int count = scene_whole(scene)->layout.count, shown = count < LIST_ROWS ? count : LIST_ROWS;
    rect r = ui_popup_begin(ui, anchor, LIST_WIDTH, (float)(UI_LIST_ROW * shown));
    int highlight = weight.param;
    int row = ui_list(ui, r, "parameter list", count, row_text, (void *)scene, &highlight);
    // Walking the list with the arrows looks at each; Enter or a click closes it.
    if (highlight != weight.param && highlight >= 0) {
        int rows, columns;
        record_param_shape(scene_whole(scene), highlight, &rows, &columns);
        weight_choose(scene, weight_largest(scene_whole(scene), highlight, 0, rows));
    }
    if (row >= 0) ui_popup_close(ui);
    ui_popup_end(ui);
}

// The gates of a stacked parameter; choosing one goes to its entry with the largest gradient.
static float block_segments(struct ui *ui, rect r, const struct scene *scene, struct weight weight) {
    const enum notation notation = scene->state->notation;
    int count = weight_block_count(scene_whole(scene), weight.param);
    if (count < 2 || count > SEGMENTS_MAX) return 0;
    struct weight_block blocks[SEGMENTS_MAX];
    const char *items[SEGMENTS_MAX];
    for (int k = 0; k < count; k++) {
        blocks[k] = weight_block_get(scene_whole(scene), notation, weight.param, k);
        items[k] = blocks[k].symbol;
    }
    float width = ui_segments_width(ui, items, NULL, count, true);
    int now = weight_block_of(scene_whole(scene), weight.param, weight.row);
    int chosen =
        ui_segments(ui, (rect){r.x + r.w - width, r.y, width, r.h}, "gate block", items, NULL, count, now, true);
    if (chosen != now)
        weight_choose(scene,
                      weight_largest(scene_whole(scene), weight.param, blocks[chosen].first, blocks[chosen].count));
    return width + GAP;
}

float weight_picker(struct ui *ui, rect r, const struct scene *scene) {
    struct weight weight = scene_weight(scene);
    char title[96];
    r.w -= block_segments(ui, r, scene, weight);
    weight_title(title, sizeof title, scene_whole(scene), weight.param);
    float width = fminf(ui_chip_width(ui, title, false), r.w);
    rect chip = {r.x + r.w - width, r.y, width, r.h};
    if (ui_chip_id(ui, chip, ICON_COUNT, title, menu)) parameter_menu(ui, chip, scene, weight);
    return chip.x;
}
