// The sampling view's table, one row a symbol, and the line from 0 to 1 on which the random number falls.
#include "sampling_parts.h"
#include "mathbox.h"
#include "token.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HEAD = 46, HEAD_MARK = 38, SYMBOL_WIDTH = 64, PIECE_WIDTH = 116, NUMBER_WIDTH = 56, MARGIN = 24 };

// A column of numbers and bars.
struct column {
    const char *title, *formula, *tensor;
    int moment;
};
static const struct column columns[] = {
    {"Logits", "z", "sampling/logits", MOMENT_LOGITS},
    {"÷ temperature", "z/T", "sampling/scaled", MOMENT_TEMPERATURE},
    {"Softmax", "p=\\softmax(z/T)", "sampling/probability", MOMENT_SOFTMAX},
    {"Top-k, sum 1", "p/\\sum~p", "sampling/kept", MOMENT_CUT},
};
enum { COLUMNS = sizeof columns / sizeof *columns, TEMPERATURE = 1 };

struct table {
    struct board *board;
    rect r;
    float pitch, column_width;
    int symbols[SAMPLING_ROWS], count; // most probable first
    double most;                       // the longest bar of probabilities
    double low, high;                  // ends of the bars of logits, 0 among them
};

static double value_of(const struct board *board, int column, int symbol) {
    const struct draw_steps *open = board->open;
    const double *const rows[] = {NULL, open->scaled, open->probability, open->kept};
    return rows[column] ? rows[column][symbol] : (double)board->now.logits[symbol];
}

// The most probable symbols, the chosen one always among them.
static void choose_rows(struct table *table, int want) {
    const struct board *board = table->board;
    const double *p = board->open->probability;
    int n = board->open->O, found = 0, *out = table->symbols;
    want = want > SAMPLING_ROWS ? SAMPLING_ROWS : want > n ? n : want < 1 ? 1 : want;
    bool chosen = false;
    for (int k = 0; k < n; k++) {
        int at = found < want ? found++ : want;
        for (; at > 0 && p[out[at - 1]] < p[k]; at--)
            if (at < want) out[at] = out[at - 1];
        if (at < want) out[at] = k;
    }
    for (int i = 0; i < found; i++)
        chosen = chosen || out[i] == board->open->chosen;
    if (!chosen) out[found - 1] = board->open->chosen;
    table->count = found;
}

static void measure(struct table *table) {
    const struct board *board = table->board;
    for (int i = 0; i < table->count; i++) {
        int k = table->symbols[i];
        for (int c = 0; c < 2; c++) {
            table->low = fmin(table->low, value_of(board, c, k));
            table->high = fmax(table->high, value_of(board, c, k));
        }
        table->most = fmax(table->most, fmax(board->open->probability[k], board->open->kept[k]));
    }
}

static rect column_rect(const struct table *table, int column) {
    return (rect){table->r.x + SYMBOL_WIDTH + (float)column * table->column_width, table->r.y, table->column_width - 20,
                  table->r.h};
}

static rect piece_rect(const struct table *table) {
    return (rect){table->r.x + table->r.w - PIECE_WIDTH, table->r.y, PIECE_WIDTH, table->r.h};
}

static void heading(const struct table *table, rect r, const char *title, const char *formula, int moment) {
    const struct board *board = table->board;
    const struct theme *theme = board->theme;
    bool now = board->moment == moment, known = board->moment >= moment;
    color ink = now ? theme->on_hi : known ? theme->ink1 : theme->ink3;
    if (now) draw_rect(board->list, (rect){r.x - 6, r.y, r.w + 10, HEAD_MARK}, theme->hi, 6);
    draw_text_fit(board->list, r.x, r.y + 15, r.w, title, board_text(FONT_SANS_SEMIBOLD, 13, ink, ALIGN_LEFT));
    math_draw_fit(board->list, theme, r.x, r.y + 32, r.w, formula, 15, now ? theme->on_hi : theme->ink3, ALIGN_LEFT);
}

static float row_y(const struct table *table, int row) { // the middle
    return table->r.y + HEAD + ((float)row + 0.5f) * table->pitch;
}

// Signed numbers go both ways from a zero that leaves room for the longest, on one scale for both columns.
static void signed_bar(const struct table *table, rect area, float y, double value) {
    const struct theme *theme = table->board->theme;
    double span = table->high - table->low;
    float scale = span > 0 ? area.w / (float)span : 0, zero = area.x - (float)table->low * scale,
          length = (float)value * scale;
    float h = fminf(12, table->pitch - 5);
    rect bar = {zero + fminf(0, length), y - h / 2, fmaxf(1, fabsf(length)), h};
    draw_rect_exact(table->board->list, bar, value < 0 ? theme->act_n : theme->act_p, 2);
}

static void cell(const struct table *table, int column, int row) {
    const struct board *board = table->board;
    const struct theme *theme = board->theme;
    int symbol = table->symbols[row];
    bool chosen = board_chosen(board, symbol), probability = column >= 2;
    rect r = column_rect(table, column);
    float y = row_y(table, row);
    if (column == 3 && board->open->place[symbol] < 0) {
        const char *word = symbol == board->options->rule.forbid ? "never" : "cut";
        draw_text(board->list, r.x + NUMBER_WIDTH - 8, y + 4.5f, word,
                  board_text(FONT_SANS, 13, theme->ink3, ALIGN_RIGHT));
        return;
    }
    double value = value_of(board, column, symbol);
    struct text_style style =
        board_text(chosen ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 13, chosen ? theme->ink1 : theme->ink2, ALIGN_RIGHT);
    draw_value(board->list, r.x + NUMBER_WIDTH - 8, y + 4.5f,
               board_source(board, columns[column].tensor, symbol, value), probability ? board_digits(value) : 2, false,
               style);
    rect area = {r.x + NUMBER_WIDTH, r.y, r.w - NUMBER_WIDTH, r.h};
    if (!probability) {
        signed_bar(table, area, y, value);
        return;
    }
    float h = fminf(12, table->pitch - 5);
    float length = table->most > 0 ? area.w * (float)(value / table->most) : 0;
    draw_rect_exact(board->list, (rect){area.x, y - h / 2, fmaxf(1, length), h}, chosen ? theme->ink1 : theme->line2,
                    2);
}

static void piece_cell(const struct table *table, int row) {
    const struct board *board = table->board;
    int symbol = table->symbols[row];
    if (board->open->place[symbol] < 0) return;
    rect r = piece_rect(table);
    float y = row_y(table, row) + 4.5f;
    bool chosen = board_chosen(board, symbol);
    struct text_style style = board_text(chosen ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 13,
                                         chosen ? board->theme->ink1 : board->theme->ink2, ALIGN_RIGHT);
    draw_value(board->list, r.x + 44, y, board_source(board, "sampling/from", symbol, board_from(board, symbol)), 3,
               false, style);
    draw_text(board->list, r.x + 50, y, "to", board_text(FONT_SANS, 13, board->theme->ink3, ALIGN_LEFT));
    draw_value(board->list, r.x + 108, y, board_source(board, "sampling/to", symbol, board_to(board, symbol)), 3, false,
               style);
}

static void draw_row(const struct table *table, int row) {
    const struct board *board = table->board;
    int symbol = table->symbols[row];
    rect band = {table->r.x - 8, row_y(table, row) - table->pitch / 2, table->r.w + 16, table->pitch};
    bool chosen = board_chosen(board, symbol);
    if (chosen)
        draw_rect(board->list, band, board->theme->hi_soft, 4);
    else if (board->selected == symbol)
        draw_box(board->list, band, board->theme->ink3, 4, 1);
    token_draw_fit(board->list, table->r.x + 24, row_y(table, row) + 5, SYMBOL_WIDTH - 12, board_symbol(board, symbol),
                   14, chosen ? FONT_MONO_SEMIBOLD : FONT_MONO, chosen ? board->theme->ink1 : board->theme->ink2);
    for (int c = 0; c < COLUMNS; c++)
        if (board->moment >= columns[c].moment) cell(table, c, row);
    if (board->moment >= MOMENT_LINE) piece_cell(table, row);
}

// What is not among the rows, in one.
static void rest_row(const struct table *table) {
    const struct board *board = table->board;
    int left = board->open->O - table->count;
    if (left < 1) return;
    char text[48], count[32];
    float y = row_y(table, table->count) + 4.5f;
    struct text_style style = board_text(FONT_SANS_MEDIUM, 13, board->theme->ink3, ALIGN_LEFT);
    format_count(count, sizeof count, left);
    snprintf(text, sizeof text, "%s other%s", count, left == 1 ? "" : "s");
    draw_text(board->list, table->r.x, y, text, style);
    style.align = ALIGN_RIGHT;
    for (int c = 2; c < COLUMNS; c++) {
        double rest = c == 2 || board->open->count > 0 ? 1 : 0;
        for (int i = 0; i < table->count; i++)
            rest -= value_of(board, c, table->symbols[i]);
        rest = fmax(0, rest);
        if (rest < 1e-12) rest = 0; // what rounding left
        if (board->moment < columns[c].moment) continue;
        draw_value(board->list, column_rect(table, c).x + NUMBER_WIDTH - 8, y,
                   board_source(board, "sum/sampling_rest", -1, rest), board_digits(rest), false, style);
    }
}

static void ghosts(const struct table *table) {
    const struct board *board = table->board;
    float bottom = row_y(table, table->count) - table->pitch / 2;
    for (int c = 0; c <= COLUMNS; c++) {
        rect r = c < COLUMNS ? column_rect(table, c) : piece_rect(table);
        if (board->moment >= (c < COLUMNS ? columns[c].moment : MOMENT_LINE)) continue;
        draw_box_dashed(board->list, (rect){r.x, r.y + HEAD, r.w, bottom - r.y - HEAD}, board->theme->ghost, 6, 1, 4,
                        4);
    }
}

// A row is chosen by a click, or by Up and Down while the table has the keyboard.
static void input(struct table *table) {
    struct board *board = table->board;
    bool rest = table->count < board->open->O;
    rect area = {table->r.x - 8, table->r.y + HEAD, table->r.w + 16, (float)(table->count + rest) * table->pitch};
    ui_id id = ui_make_id(board->ui, "symbols");
    struct ui_result result = ui_control(board->ui, id, area, true);
    int row = -1, at = -1;
    for (int i = 0; i < table->count; i++)
        if (table->symbols[i] == board->selected) at = i;
    if (result.hovered) board->ui->cursor = CURSOR_HAND;
    if (result.clicked && !result.keyed) row = (int)((board->ui->pointer.y - area.y) / table->pitch);
    if (result.focused && ui_take_key(board->ui, KEY_DOWN, 0)) row = at + 1 < table->count ? at + 1 : at;
    if (result.focused && ui_take_key(board->ui, KEY_UP, 0)) row = at > 0 ? at - 1 : 0;
    if (row >= 0 && row < table->count) {
        int symbol = table->symbols[row];
        bool again = board->memory->symbol == symbol + 1 && result.clicked;
        board->memory->symbol = again ? 0 : symbol + 1;
        board->ui->animating = true;
    }
    ui_focus_ring(board->ui, id, area, 4);
}

void sampling_table(struct board *board, rect r) {
    struct table table = {.board = board, .r = {r.x + MARGIN, r.y, r.w - 2 * MARGIN, r.h}};
    float room = r.h - HEAD - 6;
    int O = board->open->O, want = O < SAMPLING_ROWS ? O : SAMPLING_ROWS;
    table.column_width = (table.r.w - SYMBOL_WIDTH - PIECE_WIDTH) / COLUMNS;
    table.pitch = fminf(24, fmaxf(17, floorf(room / (float)(want + (want < O)))));
    int rows = (int)(room / table.pitch);
    choose_rows(&table, rows >= O && O <= SAMPLING_ROWS ? O : rows - 1);
    measure(&table);
    for (int c = 0; c < COLUMNS; c++)
        heading(&table, column_rect(&table, c),
                c == TEMPERATURE && table.column_width < 110 ? "÷ temp." : columns[c].title, columns[c].formula,
                columns[c].moment);
    heading(&table, piece_rect(&table), "On the line", "\\sum~p", MOMENT_LINE);
    ghosts(&table);
    for (int i = 0; i < table.count; i++)
        draw_row(&table, i);
    rest_row(&table);
    input(&table);
}

// --- the line ---

enum { BAR_TOP = 24, BAR = 26 };

static float line_x(rect bar, double at) {
    return bar.x + bar.w * (float)at;
}

static void pieces(struct board *board, rect bar) {
    const struct theme *theme = board->theme;
    const struct draw_steps *open = board->open;
    draw_rect(board->list, bar, theme->sunk, 3);
    float drawn_to = bar.x;
    for (int i = 0; i < open->count; i++) {
        int symbol = open->order[i];
        float x0 = line_x(bar, i > 0 ? open->cumulative[i - 1] : 0), x1 = line_x(bar, open->cumulative[i]);
        bool chosen = board_chosen(board, symbol), selected = symbol == board->selected;
        if (!chosen && !selected && x1 - drawn_to < 2) continue; // thinner than can be seen apart
        drawn_to = x1;
        if (chosen) draw_rect_exact(board->list, (rect){x0, bar.y, fmaxf(2, x1 - x0), bar.h}, theme->hi, 0);
        draw_rect_exact(board->list, (rect){x1 - 0.5f, bar.y, 1, bar.h}, theme->stage, 0);
        if (x1 - x0 >= 13)
            token_draw_fit(board->list, (x0 + x1) / 2, bar.y + 18, x1 - x0 - 3, board_symbol(board, symbol), 14,
                           chosen ? FONT_MONO_SEMIBOLD : FONT_MONO, chosen ? theme->on_hi : theme->ink2);
        if (selected && !chosen)
            draw_box(board->list, (rect){x0, bar.y, fmaxf(3, x1 - x0), bar.h}, theme->ink1, 2, 1.5f);
    }
    if (board->moment >= MOMENT_CHOICE) {
        double from = board_from(board, open->chosen), to = board_to(board, open->chosen);
        rect piece = {line_x(bar, from), bar.y, fmaxf(3, bar.w * (float)(to - from)), bar.h};
        draw_box(board->list, piece, theme->ink1, 2, 2);
        board->choice_x = piece.x + piece.w / 2;
        board->choice_y = bar.y + bar.h;
    }
}

static void needle(struct board *board, rect bar) {
    const struct theme *theme = board->theme;
    float x = line_x(bar, board->now.uniform), top = bar.y - 6;
    bool now = board->moment == MOMENT_NUMBER;
    char number[32];
    int digits = board_number_digits(board);
    struct text_style style = board_text(FONT_SANS_SEMIBOLD, 13, now ? theme->on_hi : theme->ink1, ALIGN_LEFT);
    format_value(number, sizeof number, board->now.uniform, digits, false);
    float w = text_width(board->list, number, style), left = fminf(fmaxf(x - w / 2, bar.x), bar.x + bar.w - w);
    if (now) draw_rect(board->list, (rect){left - 5, top - 19, w + 10, 18}, theme->hi, 4);
    draw_value(board->list, left, top - 5, board_source(board, "sampling/number", -1, board->now.uniform), digits,
               false, style);
    draw_rect_exact(board->list, (rect){x - 1, top, 2, bar.h + 12}, theme->ink1, 0);
    draw_path_move(board->list, x - 5, top - 1);
    draw_path_line(board->list, x + 5, top - 1);
    draw_path_line(board->list, x, top + 6);
    draw_path_fill(board->list, theme->ink1);
}

static void ticks(const struct board *board, rect bar) {
    static const char *const words[] = {"0", "0.25", "0.5", "0.75", "1"};
    float foot = bar.y + bar.h;
    for (int k = 0; k <= 4; k++) {
        float x = line_x(bar, k / 4.0);
        draw_vline(board->list, x, foot, foot + 4, board->theme->line2);
        if (board->moment >= MOMENT_CHOICE && fabsf(x - board->choice_x) < 20) continue; // the way down goes there
        draw_text(board->list, x, foot + 17, words[k],
                  board_text(FONT_SANS_MEDIUM, 12, board->theme->ink3, ALIGN_CENTER));
    }
}

void sampling_line(struct board *board, rect r) {
    const struct theme *theme = board->theme;
    rect bar = {r.x + MARGIN, r.y + BAR_TOP, r.w - 2 * MARGIN, BAR};
    bool cut =
        board->open->count > 1 && board->options->rule.top_k > 0 && board->open->count == board->options->rule.top_k;
    const char *order = board->greedy ? "greedy: the likeliest has the whole line, no number is drawn"
                        : cut         ? "the likeliest first"
                                      : "in the order of the vocabulary";
    bool left = !(board->moment >= MOMENT_NUMBER && !board->greedy) || board->now.uniform > 0.5;
    struct text_style style = board_text(FONT_SANS_MEDIUM, 13, theme->ink3, left ? ALIGN_LEFT : ALIGN_RIGHT);
    draw_text(board->list, left ? bar.x : bar.x + bar.w, bar.y - 8, order, style);
    if (board->moment < MOMENT_LINE) {
        draw_box_dashed(board->list, bar, theme->ghost, 3, 1, 4, 4);
        return;
    }
    pieces(board, bar);
    ticks(board, bar);
    if (board->moment >= MOMENT_NUMBER && !board->greedy) needle(board, bar);
}
