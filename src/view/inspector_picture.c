// The picture of what is read, larger than on the stage: the timestep with its neighbours.
#include "input_picture.h"
#include "inspector_parts.h"
#include <math.h>

enum { PICTURE = 96, PICTURE_LOW = 60, WORDS = 20, GAP = 6, FIGURES = 3, LEAST_COLUMN = 3 };

static float height_of(const struct page *page, const struct input_picture *picture, float height) {
    char words[96];
    input_picture_words(picture, page->t, words, sizeof words);
    return (input_picture_fills(picture) ? height + 12 : 0) + (*words ? WORDS + GAP : 0);
}

float page_picture_height(const struct page *page, bool tight) {
    struct input_picture picture = input_picture_of(page->scene, page->record);
    return height_of(page, &picture, tight ? PICTURE_LOW : PICTURE);
}

// The figure in the middle, those of the timesteps before and after beside it.
static void figures(const struct page *page, const struct input_picture *picture, rect r) {
    float w = r.w / FIGURES;
    for (int k = 0; k < FIGURES; k++) {
        int t = page->t + k - FIGURES / 2;
        if (t < 0 || t >= record_T(page->record)) continue;
        rect at = {r.x + (float)k * w, r.y, w, r.h};
        input_picture_draw(page->list, page->theme, picture, at, t, t == page->t ? LOOK_PLAIN : LOOK_AHEAD);
    }
}

// As many timesteps as have room, this one framed.
static void sequence(const struct page *page, const struct input_picture *picture, rect r) {
    int T = record_T(page->record), most = (int)(r.w / LEAST_COLUMN), count = T < most ? T : most;
    int first = page->t - count / 2;
    first = first < 0 ? 0 : first > T - count ? T - count : first;
    float w = fminf(24, r.w / (float)count);
    for (int t = first; t < first + count; t++)
        input_picture_draw(page->list, page->theme, picture, (rect){r.x + (float)(t - first) * w, r.y, w, r.h}, t,
                           t > page->t ? LOOK_AHEAD : LOOK_PLAIN);
    rect now = {r.x + (float)(page->t - first) * w, r.y, w, r.h};
    draw_box(page->list, rect_inset(now, -2), page->running ? page->theme->hi : page->theme->ink1, 2, 2);
}

float page_picture(struct page *page, float y) {
    struct input_picture picture = input_picture_of(page->scene, page->record);
    char words[96];
    rect r = {page->x, y + 12, page->w, page_mix(page, PICTURE_LOW, PICTURE)};
    if (input_picture_fills(&picture)) {
        (picture.what.kind == PICTURE_FIGURE ? figures : sequence)(page, &picture, r);
        y = r.y + r.h;
    }
    input_picture_words(&picture, page->t, words, sizeof words);
    if (!*words) return y;
    page_caption(page, y + WORDS - 4, words, NULL);
    return y + WORDS + GAP;
}
