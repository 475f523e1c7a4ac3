// Pictures of what goes in (input_picture.h), under the columns in place of tokens and strips.
#include "stage_inner.h"
#include "token.h"
#include <math.h>

enum { ROOM = 44, ROOM_BACKWARD = 30, LOW_STAGE = 420, NAME = 15, WIDER = 24 };

static const struct input_picture *picture_of(const struct stage *s, int column) {
    return &stage_side_of(s, column)->picture;
}

bool stage_has_pictures(const struct stage *s) {
    for (int k = 0; k < s->side_count; k++)
        if (input_picture_fills(&s->sides[k].picture)) return true;
    return false;
}

float stage_picture_room(const struct stage *s) {
    if (!stage_has_pictures(s)) return 0;
    float room = s->backward && s->detail != STAGE_SCORE ? ROOM_BACKWARD : ROOM;
    return s->r.h < LOW_STAGE ? floorf(room / 2) : room;
}

// Symbols that are no notes stand as tokens.
bool stage_is_picture(const struct stage *s, int column) {
    const struct input_picture *picture = picture_of(s, column);
    bool begins;
    if (!input_picture_fills(picture)) return false;
    return picture->record->layout.spec.real_input || input_picture_note(picture, stage_t(s, column), &begins) >= 0;
}

// Columns meet, so that the picture goes on from one to the next, but for wide ones: the label x needs its room.
rect stage_picture_place(const struct stage *s, int column, float y, float h) {
    if (column == s->columns.lens) return (rect){stage_x(s, column) + 6, y, s->columns.lens_width - 12, h};
    if (s->detail == STAGE_SCORE) {
        float gap = s->columns.pitch > 12 ? 1 : 0;
        return (rect){stage_x(s, column), y, s->columns.pitch - gap, h};
    }
    float w = fminf(s->columns.pitch - 2, s->columns.width + WIDER);
    return (rect){stage_center(s, column) - w / 2, y, w, h};
}

// Narrow columns show every second figure, or every third ..., so that each can be seen.
static bool skips(const struct stage *s, const struct input_picture *picture, int column, float h) {
    if (picture->what.kind != PICTURE_FIGURE || column == s->columns.lens) return false;
    int every = (int)ceilf(0.45f * h / s->columns.pitch);
    return every > 1 && stage_t(s, column) % every != 0;
}

static void name_note(struct stage *s, int column, rect r, bool ahead) {
    const char *name = record_symbol(stage_side_of(s, column)->record, stage_symbol(s, column));
    token_draw_fit(s->list, r.x + r.w / 2, r.y + 11, r.w - 4, name, 13, FONT_MONO,
                   ahead ? s->theme->ink3 : s->theme->ink1);
}

void stage_picture(struct stage *s, int column, rect r, bool ahead) {
    const struct input_picture *picture = picture_of(s, column);
    int t = stage_t(s, column);
    if (!picture->record->layout.spec.real_input && r.w >= 26) {
        draw_rect(s->list, (rect){r.x, r.y, r.w, NAME}, s->theme->stage, 0);
        name_note(s, column, r, ahead);
        rect_cut_top(&r, NAME);
    }
    if (s->scene->heard == t + 1) draw_rect_exact(s->list, (rect){r.x, r.y + r.h + 1, r.w, 3}, s->theme->hi, 0);
    if (!skips(s, picture, column, r.h))
        input_picture_draw(s->list, s->theme, picture, r, t, ahead ? LOOK_AHEAD : LOOK_PLAIN);
    rect tile;
    int number = s->hovered ? input_picture_hit(picture, r, t, s->ui->pointer, &tile) : -1;
    if (number < 0) return;
    s->track = stage_bottom_track(s, 0);
    stage_find(s, column, s->cell->input, number, tile);
}

// Under the label x, where there is something to hear.
void stage_hear_button(struct stage *s) {
    if (!s->scene->audible || s->input_bottom <= 0) return;
    rect r = {s->r.x + 6, s->input_bottom - 13, 24, 22};
    bool sounds = s->scene->heard > 0;
    if (ui_icon_button(s->ui, r, sounds ? ICON_PAUSE : ICON_PLAY, 18, sounds ? "Stop  Shift+P" : "Hear it  Shift+P",
                       false))
        s->scene->state->ask.kind = ASK_HEAR;
}

// --- tokens ---

color stage_token_ink(const struct stage *s, int column, color plain) {
    color ink = input_picture_ink(s->theme, picture_of(s, column), stage_t(s, column));
    return ink.a ? ink : plain;
}

// A bar under the words of an entity, in one piece; a bracket under the three bases of a codon.
void stage_token_mark(struct stage *s, int column, float y) {
    const struct input_picture *picture = picture_of(s, column);
    int t = stage_t(s, column), frame = picture->what.frame;
    float x = stage_center(s, column), half = s->columns.pitch / 2;
    if (picture->what.kind == PICTURE_ENTITIES && input_picture_entity(picture, t)) {
        bool from = input_picture_goes_on(picture, t);
        bool to = t + 1 < record_T(picture->record) && input_picture_goes_on(picture, t + 1);
        float left = from ? half : half * 0.72f, right = to ? half : half * 0.72f;
        draw_rect_exact(s->list, (rect){x - left, y + 2, left + right, 3}, stage_token_ink(s, column, s->theme->ink2),
                        0);
    }
    if (picture->what.kind != PICTURE_DNA || frame < 0 || t < frame) return;
    int place = (t - frame) % 3;
    float left = place == 0 ? half * 0.72f : half, right = place == 2 ? half * 0.72f : half;
    draw_rect_exact(s->list, (rect){x - left, y + 2.5f, left + right, 1.2f}, s->theme->ink3, 0);
    if (place == 0) draw_rect_exact(s->list, (rect){x - left, y - 0.5f, 1.2f, 4}, s->theme->ink3, 0);
    if (place == 2) draw_rect_exact(s->list, (rect){x + right - 1.2f, y - 0.5f, 1.2f, 4}, s->theme->ink3, 0);
}
