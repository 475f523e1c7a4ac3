// The steppers in the header of a view: timestep, layer, direction.
#include "inspector_parts.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

// "< t = 4 >": returns -1, 0 or 1; x moves on.
static int stepper(struct ui *ui, float *x, float y, const char *text, const char *back, const char *on) {
    struct text_style style = {FONT_SANS_SEMIBOLD, 14, ui->theme->ink1, ALIGN_CENTER};
    float width = fmaxf(36, text_width(ui->list, text, style));
    int move = 0;
    if (ui_icon_button(ui, (rect){*x, y - 16, 32, 32}, ICON_CHEVRON_LEFT, 20, back, false)) move = -1;
    draw_text(ui->list, *x + 36 + width / 2, y + 5, text, style);
    if (ui_icon_button(ui, (rect){*x + 40 + width, y - 16, 32, 32}, ICON_CHEVRON_RIGHT, 20, on, false)) move = 1;
    *x += width + 78;
    return move;
}

// From the encoder's last timestep to the decoder's first, and round.
static void go_in_time(struct page *page, int by) {
    struct view_state *state = page->scene->state;
    const struct record *side = page->scene->record, *whole = side->whole;
    const int S = whole->encoder ? record_T(whole->encoder) : 0, all = S + record_T(record_side(whole, false));
    int at = (page->t + (record_is_encoder(side) ? 0 : S) + by + all) % all;
    state->encoder = at < S;
    state->t = at < S ? at : at - S;
    page->ui->animating = true;
}

void page_time_stepper(struct page *page, float *x, float y) {
    const struct record *side = page->scene->record;
    const char *word = record_is_encoder(side) ? "encoder " : record_is_decoder(side) ? "decoder " : "";
    char text[48];
    snprintf(text, sizeof text, "%st = %d", word, page->t + 1);
    int move = stepper(page->ui, x, y, text, "The timestep before ([)", "The next timestep (])");
    if (move) go_in_time(page, move);
}

void page_place_stepper(struct page *page, float *x, float y) {
    struct view_state *state = page->scene->state;
    const struct net_spec *spec = &page->record->layout.spec;
    char text[48];
    int layer = page->layer, direction = page->direction;
    if (spec->layers > 1) {
        snprintf(text, sizeof text, "layer %d of %d", page->layer + 1, spec->layers);
        int move = stepper(page->ui, x, y, text, "The layer below", "The layer above");
        layer = (layer + move + spec->layers) % spec->layers;
    }
    if (spec->directions > 1 && stepper(page->ui, x, y, page->direction ? "right to left" : "left to right",
                                        "The other direction##back", "The other direction##on"))
        direction = 1 - direction;
    if (layer == page->layer && direction == page->direction) return;
    state->layer = layer;
    state->direction = direction;
    state->place_pinned = true;
}
