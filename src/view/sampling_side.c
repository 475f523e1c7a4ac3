// The panel at the right of the sampling view: one symbol's way through the draw, in numbers, and the questions that
// everybody asks.
#include "sampling_parts.h"
#include "mathbox.h"
#include "token.h"
#include <math.h>
#include <stdio.h>

enum { ROW = 34, VALUES = 4 };

struct side {
    struct board board;
    rect r;
    float y;
    int symbol; // that it is about
};

static void heading(struct side *side, const char *text, const char *right) {
    struct board *board = &side->board;
    draw_text(board->list, side->r.x, side->y, text,
              board_text(FONT_SANS_SEMIBOLD, 14, board->theme->ink1, ALIGN_LEFT));
    if (right)
        draw_text(board->list, side->r.x + side->r.w, side->y, right,
                  board_text(FONT_SANS_MEDIUM, 13, board->theme->ink3, ALIGN_RIGHT));
}

// One line of maths with numbers; on the highlighter when it is the running moment, and left out before it.
static void line(struct side *side, int moment, const char *markup, const struct source *values, int count) {
    struct board *board = &side->board;
    if (board->moment < moment) return;
    bool now = board->moment == moment;
    if (now)
        draw_rect(board->list, (rect){side->r.x - 8, side->y - 22, side->r.w + 16, ROW - 2}, board->theme->hi_soft, 6);
    float size = 18;
    while (size > 12 && math_measure_values(board->list, markup, size, values, count).width > side->r.w)
        size -= 0.5f;
    math_draw_values(board->list, board->theme, side->r.x, side->y, markup, size, board->theme->ink1, values, count);
    side->y += ROW;
}

static void softmax_line(struct side *side) {
    const struct board *board = &side->board;
    const struct draw_steps *open = board->open;
    double sum = 0, own = exp(open->scaled[side->symbol]), p = open->probability[side->symbol];
    for (int k = 0; k < open->O; k++)
        sum += exp(open->scaled[k]);
    struct source values[] = {board_source(board, "sum/exp", side->symbol, own),
                              board_source(board, "sum/exp", -1, sum),
                              board_source(board, "sampling/probability", side->symbol, p)};
    char markup[128];
    const char *power = board->greedy ? "z" : "z/T";
    bool shown = sum < 1e5 && own >= 0.005; // else no digits are left to be shown
    snprintf(markup, sizeof markup, "p=e^{%s}/\\sum~e^{%s}%s=\\v{2}{%d}", power, power,
             shown ? "=\\v{0}{2}/\\v{1}{2}" : "", board_digits(p));
    line(side, MOMENT_SOFTMAX, markup, values, 3);
}

static void cut_line(struct side *side) {
    const struct board *board = &side->board;
    const struct draw_steps *open = board->open;
    double p = open->probability[side->symbol], kept = open->kept[side->symbol];
    struct source values[] = {board_source(board, "sampling/probability", side->symbol, p),
                              board_source(board, "sampling/kept_share", -1, open->kept_share),
                              board_source(board, "sampling/kept", side->symbol, kept)};
    char markup[128];
    if (open->place[side->symbol] < 0)
        snprintf(markup, sizeof markup, "\\t{cut~away}");
    else
        snprintf(markup, sizeof markup, "p/\\sum~p=\\v{0}{%d}/\\v{1}{3}=\\v{2}{%d}", board_digits(p),
                 board_digits(kept));
    line(side, MOMENT_CUT, markup, values, 3);
}

static void numbers(struct side *side) {
    const struct board *board = &side->board;
    int k = side->symbol;
    double temperature = board->options->rule.temperature;
    char markup[128];
    struct source values[] = {board_source(board, "sampling/logits", k, board->now.logits[k]),
                              board_source(board, "sampling/scaled", k, board->open->scaled[k]),
                              board_source(board, "sampling/from", k, board_from(board, k)),
                              board_source(board, "sampling/to", k, board_to(board, k)),
                              board_source(board, "sampling/number", -1, board->now.uniform)};
    line(side, MOMENT_LOGITS, "z=\\v{0}{3}", values, 5);
    snprintf(markup, sizeof markup, "z/T=\\v{0}{3}/\\s{%g}=\\v{1}{3}", temperature);
    if (!board->greedy) line(side, MOMENT_TEMPERATURE, markup, values, 5);
    softmax_line(side);
    cut_line(side);
    if (board->open->place[k] < 0) return;
    line(side, MOMENT_LINE, "\\t{from}~\\v{2}{4}~\\t{to}~\\v{3}{4}", values, 5);
    if (board->greedy) return;
    int digits = board_number_digits(board);
    bool chosen = k == board->open->chosen, below = board->now.uniform < board_from(board, k);
    line(side, MOMENT_NUMBER, "\\t{number}=\\v{4}{4}", values, 5);
    if (chosen)
        snprintf(markup, sizeof markup, "\\v{2}{%d}\\le\\v{4}{%d}<\\v{3}{%d}", digits, digits, digits);
    else
        snprintf(markup, sizeof markup,
                 below ? "\\v{4}{4}<\\v{2}{4}:~\\t{not~here}" : "\\v{4}{4}\\ge\\v{3}{4}:~\\t{not~here}");
    line(side, MOMENT_CHOICE, markup, values, 5);
}

static void questions(struct side *side, float bottom) {
    const struct board *board = &side->board;
    bool course = board->scene->state->notation == NOTATION_COURSE;
    static const char *const texts[][2] = {
        {"**If sampling is random, why a network?** The number drawn is blind: it only points at the line. The network "
         "decides how long each piece is, anew for every beginning.",
         NULL},
        {"**Why is** $x^{<1>}$ **zero?** Nothing is written yet that it could read. Every example of the training "
         "began "
         "with zero too: to the network it means “a beginning”.",
         "**Why is** $x_1$ **zero?** Nothing is written yet that it could read. Every example of the training began "
         "with zero too: to the network it means “a beginning”."},
        {"**Why is** $a^{<0>}$ **zero?** Nothing is remembered yet.",
         "**Why is** $h_0$ **zero?** Nothing is remembered yet."},
        {"**What is** $a^{<0>}$**?** What the encoder left: all that is known of the source.",
         "**What is** $h_0$**?** What the encoder left: all that is known of the source."},
        {"**Which numbers are these?** Those of the engine that trains, in single precision: `unroll sample` with this "
         "seed, temperature and top-k writes the same text.",
         NULL}};
    struct rich_style style = {.size = 14, .line_height = 21, .ink = board->theme->ink2, .bold = board->theme->ink1};
    enum { ZERO = 2, ENCODED }; // one of these two
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        if (k == (board->options->source ? ZERO : ENCODED)) continue;
        const char *text = course || !texts[k][1] ? texts[k][0] : texts[k][1];
        float height = rich_text(board->list, board->theme, 0, 0, side->r.w, text, style, false);
        if (side->y + height > bottom) continue;
        rich_text(board->list, board->theme, side->r.x, side->y, side->r.w, text, style, true);
        side->y += height + 12;
    }
}

void sampling_side(struct ui *ui, rect r, const struct scene *scene) {
    struct side side = {.r = {r.x + 20, r.y, r.w - 40, r.h}};
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x, r.y, r.y + r.h, ui->theme->line);
    if (r.w < 120 || !board_open(&side.board, ui, scene)) return;
    char right[48], token[96];
    side.symbol = side.board.selected;
    if (side.symbol < 0) side.symbol = board_likeliest(&side.board);
    draw_clip_push(ui->list, r);
    snprintf(right, sizeof right, "t = %d", side.board.column + 1);
    side.y = r.y + 30;
    draw_text(ui->list, side.r.x, side.y, "This draw in numbers",
              board_text(FONT_SANS_SEMIBOLD, 16, ui->theme->ink1, ALIGN_LEFT));
    draw_text(ui->list, side.r.x + side.r.w, side.y, right,
              board_text(FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_RIGHT));
    side.y += 34;
    token_words(token, sizeof token, board_symbol(&side.board, side.symbol));
    heading(&side, token, board_chosen(&side.board, side.symbol) ? "chosen" : NULL);
    side.y += 36;
    numbers(&side);
    side.y += 6;
    draw_hline(ui->list, r.x, r.x + r.w, side.y - 18, ui->theme->line);
    side.y += 12;
    questions(&side, r.y + r.h - 4);
    draw_clip_pop(ui->list);
}
