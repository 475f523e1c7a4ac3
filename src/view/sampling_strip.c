// The run unrolled in time: what each timestep read and wrote, and the way back from what was written to the next
// timestep's input.
#include "sampling_parts.h"
#include "mathbox.h"
#include "token.h"
#include "wire.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

enum { LABELS = 64, PITCH = 80, BOX = 32, CELL_WIDTH = 44, ROW_WRITTEN = 6, ROW_CELL = 52, ROW_READ = 98 };

struct strip {
    struct board *board;
    rect r;
    int first, shown, given, count; // columns seen; of the prefix; that have a step or are of the prefix
    bool low;
    float pitch;
};

static float column_x(const struct strip *strip, int column) { // its middle
    return strip->r.x + LABELS + ((float)(column - strip->first) + 0.5f) * strip->pitch;
}

// The symbol number i of the text: of the prefix, then drawn.
static int text_symbol(const struct board *board, int i) {
    int given = board->options->prefix_length;
    return i < given ? board->options->prefix[i] : sampling_step(board->run, i - given).chosen;
}

static int read_symbol(const struct board *board, int column) {
    return column == 0 ? -1 : text_symbol(board, column - 1);
}

// Columns up to this one have something to read at the cursor.
static int last_known(const struct strip *strip) {
    const struct board *board = strip->board;
    bool next = board->moment == MOMENT_NEXT && board->now.chosen != board->options->end;
    return board->column + (next && board->column + 1 < strip->count ? 1 : 0);
}

static void box(const struct strip *strip, float x, float y, int symbol, bool now, bool quiet) {
    const struct board *board = strip->board;
    const struct theme *theme = board->theme;
    float w =
        fminf(strip->pitch - 14, fmaxf(BOX, token_width(board->list, board_symbol(board, symbol), 17, FONT_MONO) + 12));
    rect r = {x - w / 2, y, w, BOX};
    draw_rect(board->list, r, now ? theme->hi : theme->panel, 6);
    if (symbol < 0)
        draw_box_dashed(board->list, r, now ? theme->on_hi : theme->ink3, 6, 1.5f, 3, 3);
    else
        draw_box(board->list, r, now ? theme->on_hi : quiet ? theme->line2 : theme->ink2, 6, now ? 2 : 1.5f);
    color ink = now ? theme->on_hi : symbol < 0 ? theme->ink3 : theme->ink1;
    token_draw_fit(board->list, x, y + BOX / 2 + 6, w - 8, board_symbol(board, symbol), 17, FONT_MONO_SEMIBOLD, ink);
}

static void ghost_box(const struct strip *strip, float x, float y) {
    draw_box_dashed(strip->board->list, (rect){x - BOX / 2, y, BOX, BOX}, strip->board->theme->ghost, 6, 1, 4, 4);
}

static void wire(const struct strip *strip, const point *points, int count, bool known, bool now, float dash) {
    const struct theme *theme = strip->board->theme;
    if (now) wire_marker(strip->board->list, points, count, theme->hi, 9, 8, 1);
    wire_draw(strip->board->list, points, count,
              (struct wire_style){.ink = !known ? theme->ghost
                                         : now  ? theme->on_hi
                                                : theme->ink2,
                                  .dash = dash,
                                  .gap = dash});
}

// From what column c wrote to what column c + 1 reads.
static void way_back(const struct strip *strip, int c, bool now) {
    float y = strip->r.y, x = column_x(strip, c), next = column_x(strip, c + 1);
    float bend = x + CELL_WIDTH / 2 + (strip->pitch - CELL_WIDTH) / 2;
    float w =
        fminf(strip->pitch - 14,
              fmaxf(BOX, token_width(strip->board->list, board_symbol(strip->board, read_symbol(strip->board, c + 1)),
                                     17, FONT_MONO) +
                             12));
    point points[] = {{x + w / 2 + 1, y + ROW_WRITTEN + BOX / 2},
                      {bend, y + ROW_WRITTEN + BOX / 2},
                      {bend, y + ROW_READ + BOX / 2},
                      {next - w / 2 - 1, y + ROW_READ + BOX / 2}};
    wire(strip, points, 4, true, now, 3);
}

static void column(const struct strip *strip, int c) {
    const struct board *board = strip->board;
    const struct theme *theme = board->theme;
    float x = column_x(strip, c), y = strip->r.y;
    bool known = c <= last_known(strip), here = c == board->column, past = c < board->column;
    bool run = past || here; // the cell has computed
    bool written = (past && c >= strip->given) || (here && board->moment >= MOMENT_CHOICE);
    rect cell = {x - CELL_WIDTH / 2, y + ROW_CELL, CELL_WIDTH, BOX};
    if (run) draw_rect(board->list, cell, theme->panel, 8);
    if (run)
        draw_box(board->list, cell, here ? theme->ink1 : theme->line2, 8, here ? 2 : 1);
    else
        draw_box_dashed(board->list, cell, theme->ghost, 8, 1, 4, 4);
    point up[] = {{x, y + ROW_READ - 1}, {x, y + ROW_CELL + BOX + 1}},
          out[] = {{x, y + ROW_CELL - 1}, {x, y + ROW_WRITTEN + BOX + 1}},
          on[] = {{x + CELL_WIDTH / 2 + 1, y + ROW_CELL + BOX / 2},
                  {x + strip->pitch - CELL_WIDTH / 2 - 1, y + ROW_CELL + BOX / 2}};
    wire(strip, up, 2, known, false, 0);
    if (c >= strip->given) wire(strip, out, 2, written, here && board->moment == MOMENT_CHOICE, 0);
    if (known)
        box(strip, x, y + ROW_READ, read_symbol(board, c), c == board->column + 1, false);
    else
        ghost_box(strip, x, y + ROW_READ);
    if (written)
        box(strip, x, y + ROW_WRITTEN, text_symbol(board, c), here && board->moment == MOMENT_CHOICE, false);
    else if (c >= strip->given)
        ghost_box(strip, x, y + ROW_WRITTEN);
    else
        draw_text(board->list, x, y + ROW_WRITTEN + 21, "given",
                  board_text(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_CENTER));
    if (c + 1 < strip->first + strip->shown && c + 1 < strip->count) wire(strip, on, 2, past, false, 0);
}

static void time_label(const struct strip *strip, int c, float y) {
    char text[24];
    snprintf(text, sizeof text, "t = %d", c + 1);
    bool here = c == strip->board->column;
    draw_text(strip->board->list, column_x(strip, c), y, text,
              board_text(here ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12,
                         here ? strip->board->theme->ink1 : strip->board->theme->ink3, ALIGN_CENTER));
}

static void labels(const struct strip *strip) {
    const struct board *board = strip->board;
    bool course = board->scene->state->notation == NOTATION_COURSE;
    float x = strip->r.x + LABELS - 8, y = strip->r.y + 21;
    color ink = board->theme->ink1;
    draw_text(board->list, x, y + ROW_WRITTEN, "drawn",
              board_text(FONT_SANS_MEDIUM, 13, board->theme->ink3, ALIGN_RIGHT));
    math_draw(board->list, board->theme, x, y + ROW_CELL, course ? "a^{<t>}" : "h_t", 18, ink, ALIGN_RIGHT);
    math_draw(board->list, board->theme, x, y + ROW_READ, course ? "x^{<t>}" : "x_t", 18, ink, ALIGN_RIGHT);
}

// A click goes to a timestep; Left and Right do while the strip has the keyboard.
static void input(const struct strip *strip) {
    struct board *board = strip->board;
    rect area = {strip->r.x + LABELS, strip->r.y, (float)strip->shown * strip->pitch, strip->r.h};
    ui_id id = ui_make_id(board->ui, "text so far");
    struct ui_result result = ui_control(board->ui, id, area, true);
    int to = -1;
    if (result.hovered) {
        int over = strip->first + (int)((board->ui->pointer.x - area.x) / strip->pitch);
        if (over >= strip->given && over < strip->count) board->ui->cursor = CURSOR_HAND;
        if (result.clicked && !result.keyed) to = over;
    }
    if (result.focused && ui_take_key(board->ui, KEY_RIGHT, 0)) to = board->column + 1;
    if (result.focused && ui_take_key(board->ui, KEY_LEFT, 0)) to = board->column - 1;
    if (to >= strip->given && to < strip->count) {
        board->memory->playing = false;
        sampling_go(board->memory, board->run, to - strip->given, MOMENT_NEXT);
        board->ui->animating = true;
    }
    ui_focus_ring(board->ui, id, area, 6);
}

// In a low window: the text alone, the next symbol at its end.
static void low_strip(const struct strip *strip) {
    const struct board *board = strip->board;
    float y = strip->r.y + 6;
    draw_text(board->list, strip->r.x + LABELS - 8, y + 21, "text",
              board_text(FONT_SANS_MEDIUM, 13, board->theme->ink3, ALIGN_RIGHT));
    for (int c = strip->first; c < strip->first + strip->shown; c++) {
        bool here = c == board->column, written = c < board->column || (here && board->moment >= MOMENT_CHOICE);
        if (c >= strip->count) break;
        if (written)
            box(strip, column_x(strip, c), y, text_symbol(board, c), here && board->moment >= MOMENT_CHOICE,
                c < strip->given);
        else
            ghost_box(strip, column_x(strip, c), y);
        if (here && !written)
            draw_box(board->list, (rect){column_x(strip, c) - BOX / 2, y, BOX, BOX}, board->theme->ink1, 6, 2);
    }
}

static void high_strip(const struct strip *strip) {
    const struct board *board = strip->board;
    if (board->moment >= MOMENT_CHOICE) { // from the piece of the line down to the symbol
        float x = column_x(strip, board->column), bend = strip->r.y - 10;
        point down[] = {
            {board->choice_x, board->choice_y}, {board->choice_x, bend}, {x, bend}, {x, strip->r.y + ROW_WRITTEN - 1}};
        wire(strip, down, 4, true, board->moment == MOMENT_CHOICE, 0);
    }
    for (int c = strip->first; c < strip->first + strip->shown; c++) {
        bool seen = c + 1 < strip->first + strip->shown;
        if (seen && c >= strip->given && c < last_known(strip)) way_back(strip, c, c == board->column);
    }
    for (int c = strip->first; c < strip->first + strip->shown && c < strip->count; c++) {
        column(strip, c);
        time_label(strip, c, strip->r.y + SAMPLING_STRIP - 4);
    }
    labels(strip);
}

void sampling_strip(struct board *board, rect r) {
    struct strip strip = {.board = board, .r = {r.x + 8, r.y, r.w - 32, r.h}, .given = board->options->prefix_length};
    strip.count = strip.given + sampling_count(board->run);
    strip.low = r.h < SAMPLING_STRIP;
    strip.pitch = strip.low ? 56 : PITCH;
    strip.shown = (int)((strip.r.w - LABELS) / strip.pitch);
    if (strip.shown < 1) return;
    // The cursor's column, and the one behind it, stay in sight.
    strip.first = board->column - (strip.shown - 2);
    if (strip.first < 0) strip.first = 0;
    draw_clip_push(board->list, (rect){r.x, r.y - 40, r.w, r.h + 40});
    if (strip.low)
        low_strip(&strip);
    else
        high_strip(&strip);
    draw_clip_pop(board->list);
    input(&strip);
}
