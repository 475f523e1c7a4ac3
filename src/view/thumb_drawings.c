// The thumbnails of the lessons, in the coordinates of thumb_pen.h.
#include "thumb_pen.h"
#include "token.h"

#include <math.h>
#include <string.h>

enum { CELL_W = 36, CELL_H = 39, PITCH = 51, FIRST = 31 };

void thumb_why(const struct thumb_pen *p) {
    static const char *const words[] = {"erketu", "troodon", "gallimimus"};
    for (int k = 0; k < 3; k++)
        for (int n = 0; words[k][n]; n++) {
            const char symbol[2] = {words[k][n], 0};
            thumb_token(p, 24 + 21 * (float)n, 25 + 30.5f * (float)k, symbol, false);
        }
}

void thumb_notation(const struct thumb_pen *p) {
    thumb_math(p, 124, 84, "x^{<t>}", 62, p->theme->ink1);
}

void thumb_forward(const struct thumb_pen *p) {
    color ink = p->theme->ink2;
    const float y = 48;
    thumb_arrow(p, 17, y + 19, FIRST - 1, y + 19, ink, 1.5f);
    for (int t = 0; t < THUMB_STEPS; t++) {
        float x = FIRST + PITCH * (float)t, middle = x + CELL_W / 2.0f;
        thumb_box(p, x, y, CELL_W, CELL_H, 5, false);
        thumb_strip(p, x + 5, y + 8, CELL_W - 10, CELL_H - 16, STRIP_VALUE, p->numbers ? p->numbers->a[t] : NULL);
        thumb_arrow(p, middle, y - 1, middle, y - 20, ink, 1.5f);
        thumb_arrow(p, middle, y + CELL_H + 22, middle, y + CELL_H + 2, ink, 1.5f);
        rect dot = thumb_rect(p, middle, y + CELL_H + 24, 0, 0);
        draw_circle(p->list, (point){dot.x, dot.y}, 3 * p->k, ink);
        thumb_arrow(p, x + CELL_W, y + 19, x + PITCH - 1, y + 19, ink, 1.5f);
    }
}

void thumb_backward(const struct thumb_pen *p) {
    const struct theme *theme = p->theme;
    const float y = 48;
    thumb_arrow(p, FIRST, y + 19, 15, y + 19, theme->grad, 1.5f);
    for (int t = 0; t < THUMB_STEPS; t++) {
        float x = FIRST + PITCH * (float)t, middle = x + CELL_W / 2.0f;
        thumb_box(p, x, y, CELL_W, CELL_H, 5, false);
        thumb_strip(p, x + 5, y + 7, CELL_W - 10, CELL_H - 14, STRIP_GRADIENT, p->numbers ? p->numbers->da[t] : NULL);
        thumb_math(p, middle, 22, "L", 17, theme->loss);
        thumb_arrow(p, middle, 28, middle, y - 2, theme->grad, 1.5f);
        thumb_arrow(p, x + PITCH - 1, y + 19, x + CELL_W + 1, y + 19, theme->grad, 1.5f + 0.7f * (float)t);
    }
}

// One of the five kinds: at each column an input (filled), a cell, an output; bits say which are there.
static void kind(const struct thumb_pen *p, float x, float y, int columns, unsigned inputs, unsigned outputs) {
    const struct theme *theme = p->theme;
    color ink = theme->ink2;
    for (int k = 0; k < columns; k++) {
        float at = x + 16 * (float)k;
        if (k + 1 < columns) thumb_line(p, (point[]){{at + 10, y + 21}, {at + 16, y + 21}}, 2, ink, false, false);
        if (outputs >> k & 1) {
            thumb_line(p, (point[]){{at + 5, y + 8}, {at + 5, y + 16}}, 2, ink, false, false);
            thumb_box(p, at + 1, y, 8, 8, 1.5f, false);
        }
        if (inputs >> k & 1) {
            thumb_line(p, (point[]){{at + 5, y + 26}, {at + 5, y + 33}}, 2, ink, false, false);
            thumb_fill(p, at + 1, y + 33, 8, 8, theme->ink1, 1.5f);
        }
        thumb_box(p, at, y + 16, 10, 10, 2, false);
    }
}

void thumb_types(const struct thumb_pen *p) {
    kind(p, 45, 18, 1, 1, 1);
    kind(p, 84, 18, 3, 1, 7);
    kind(p, 162, 18, 3, 7, 4);
    kind(p, 45, 73, 3, 7, 7);
    kind(p, 128, 73, 5, 7, 0x18);
}

void thumb_language(const struct thumb_pen *p) {
    const struct theme *theme = p->theme;
    const struct thumb_numbers *numbers = p->numbers;
    for (int k = 0; k < 2; k++)
        thumb_token(p, 30 + 22 * (float)k, 46, numbers ? numbers->read[k] : "", false);
    for (int k = 0; k < THUMB_GUESSES; k++) {
        float y = 18 + 20 * (float)k;
        if (numbers && k == 0) thumb_token(p, 84, y - 1.5f, numbers->guess[0], true);
        if (numbers && k > 0) {
            rect at = thumb_rect(p, 93.5f, y + 12, 0, 0);
            token_draw(p->list, at.x, at.y, numbers->guess[k], 13 * p->k, FONT_MONO, theme->ink2);
        }
        if (!numbers) continue;
        float most = (float)numbers->y_hat[0], w = 116 * (float)numbers->y_hat[k] / (most > 0 ? most : 1);
        thumb_fill(p, 110, y + 2, fmaxf(2, w), 12, k == 0 ? theme->ink1 : theme->line2, 2);
    }
}

void thumb_sampling(const struct thumb_pen *p) {
    const struct theme *theme = p->theme;
    color ink = theme->ink2;
    const float y = 54, h = 27, w = 34;
    thumb_text(p, 51, 122, "0", FONT_SANS_MEDIUM, 12, ink, ALIGN_CENTER);
    for (int t = 0; t < THUMB_STEPS; t++) {
        float x = 34 + PITCH * (float)t, middle = x + w / 2;
        if (t + 1 < THUMB_STEPS) { // what was drawn is read next
            float turn = x + w + 8.5f, next = middle + PITCH;
            const point way[] = {{middle + 11, 25}, {turn, 25}, {turn, 108}, {next, 108}, {next, y + h + 1}};
            thumb_line(p, way, 5, ink, true, true);
            thumb_arrow(p, x + w, y + h / 2, x + PITCH - 1, y + h / 2, ink, 1.5f);
        }
        thumb_box(p, x, y, w, h, 4, false);
        thumb_arrow(p, middle, y - 1, middle, 37, ink, 1.5f);
        thumb_token(p, middle - 9.5f, 15, p->numbers ? p->numbers->drawn[t] : "", true);
    }
    thumb_arrow(p, 51, 109, 51, y + h + 2, ink, 1.5f);
}

void thumb_vanishing(const struct thumb_pen *p) {
    const struct theme *theme = p->theme;
    const float left = 27, right = 226, top = 20, bottom = 110;
    const struct thumb_numbers *numbers = p->numbers;
    if (!numbers) {
        thumb_line(p, (point[]){{left, bottom}, {right, bottom}}, 2, theme->line2, true, false);
        return;
    }
    double low = numbers->curve[0][0], high = low;
    for (int c = 0; c < THUMB_CURVES; c++)
        for (int t = 0; t < THUMB_POINTS; t++)
            low = fmin(low, numbers->curve[c][t]), high = fmax(high, numbers->curve[c][t]);
    if (!(high > low)) high = low + 1;
    const color inks[THUMB_CURVES] = {theme->m_a, theme->m_b};
    for (int c = 0; c < THUMB_CURVES; c++) {
        point at[THUMB_POINTS];
        for (int t = 0; t < THUMB_POINTS; t++) {
            double height = (numbers->curve[c][t] - low) / (high - low);
            rect r = thumb_rect(p, left + (right - left) * (float)t / (THUMB_POINTS - 1),
                                bottom - (bottom - top) * (float)height, 0, 0);
            at[t] = (point){r.x, r.y};
        }
        draw_path_move(p->list, at[0].x, at[0].y);
        for (int t = 1; t < THUMB_POINTS; t++)
            draw_path_line(p->list, at[t].x, at[t].y);
        if (c == 0)
            draw_path_stroke_dashed(p->list, inks[c], 2, 6, 4);
        else
            draw_path_stroke(p->list, inks[c], 2, false, true);
        for (int t = 0; t < THUMB_POINTS; t++) {
            rect mark = {at[t].x - 3.5f, at[t].y - 3.5f, 7, 7};
            draw_rect(p->list, mark, theme->panel, c == 0 ? 0 : 3.5f);
            draw_box(p->list, mark, inks[c], c == 0 ? 0 : 3.5f, 1.5f);
        }
    }
}

void thumb_bidirectional(const struct thumb_pen *p) {
    color ink = p->theme->ink2;
    const float w = 30, h = 21, up = 38, down = 72;
    for (int t = 0; t < THUMB_STEPS; t++) {
        float x = 39 + 48 * (float)t, over = x + 6;
        thumb_line(p, (point[]){{x + w / 2, down}, {x + w / 2, 66}, {over + w / 2, 66}, {over + w / 2, up + h}}, 4,
                   p->theme->line2, false, false);
        thumb_box(p, over, up, w, h, 5, false);
        thumb_box(p, x, down, w, h, 5, false);
        thumb_arrow(p, over + w / 2, up - 1, over + w / 2, up - 20, ink, 1.5f);
        thumb_arrow(p, x + w / 2, down + h + 20, x + w / 2, down + h + 2, ink, 1.5f);
        if (t + 1 == THUMB_STEPS) continue;
        thumb_arrow(p, x + w, down + h / 2, x + 47, down + h / 2, ink, 1.5f);
        thumb_arrow(p, over + 48, up + h / 2, over + w + 1, up + h / 2, ink, 1.5f);
    }
}

void thumb_deep(const struct thumb_pen *p) {
    color ink = p->theme->ink2;
    const float w = 30, h = 20;
    for (int layer = 0; layer < THUMB_LAYERS; layer++)
        for (int t = 0; t < THUMB_STEPS; t++) {
            float x = 38 + PITCH * (float)t, y = 86 - 31 * (float)layer, middle = x + w / 2;
            thumb_box(p, x, y, w, h, 4, false);
            thumb_strip(p, x + 4, y + 4, w - 8, h - 8, STRIP_VALUE, p->numbers ? p->numbers->deep[layer][t] : NULL);
            thumb_arrow(p, middle, y - 1, middle, y - 10, ink, 1.2f);
            if (layer == 0) thumb_arrow(p, middle, y + h + 12, middle, y + h + 2, ink, 1.2f);
            if (t + 1 < THUMB_STEPS) thumb_arrow(p, x + w, y + h / 2, x + PITCH - 1, y + h / 2, ink, 1.2f);
        }
}

void thumb_encoder(const struct thumb_pen *p) {
    color ink = p->theme->ink2;
    const float y = 54, w = 23, h = 25, pitch = 34;
    for (int t = 0; t < 3; t++) {
        float x = 19 + pitch * (float)t;
        thumb_box(p, x, y, w, h, 4, false);
        thumb_arrow(p, x + w / 2, y + h + 22, x + w / 2, y + h + 2, ink, 1.5f);
        thumb_arrow(p, x + w, y + h / 2, x + pitch - 1, y + h / 2, ink, 1.5f);
    }
    thumb_strip(p, 122, y - 1, 26, h + 2, STRIP_VALUE, p->numbers ? p->numbers->context : NULL);
    for (int t = 0; t < 3; t++) {
        float x = 160 + 29.5f * (float)t;
        thumb_arrow(p, t == 0 ? 149 : x - 7, y + h / 2, x - 1, y + h / 2, ink, 1.5f);
        thumb_box(p, x, y, 21, h, 4, true);
        thumb_arrow(p, x + 10.5f, y - 1, x + 10.5f, y - 22, ink, 1.5f);
    }
}
