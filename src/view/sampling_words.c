// What happens at the cursor of the sampling view, in words; and the questions that everybody asks, where they arise.
#include "sampling_parts.h"
#include "mathbox.h"
#include "token.h"
#include <math.h>
#include <stdio.h>
#include <stdarg.h>
#include <string.h>

enum { VALUES = 6, LOW_WINDOW = 800 };

struct words {
    const struct board *board;
    char text[640], question[480]; // the question that arises here, with its answer; "" = none
    size_t used;
    struct source values[VALUES];
    int digits[VALUES], count;
};

static void __attribute__((format(printf, 2, 3))) say(struct words *words, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(words->text + words->used, sizeof words->text - words->used, format, arguments);
    va_end(arguments);
    if (n > 0) words->used = fmin(words->used + (size_t)n, sizeof words->text - 1);
}

static void number(struct words *words, struct source source, int digits) {
    if (words->count == VALUES) return;
    say(words, "\x01%d\x02", words->count);
    words->values[words->count] = source;
    words->digits[words->count++] = digits;
}

// A symbol, quoted so that it is no markup of rich text.
static void symbol(struct words *words, int k) {
    const char *text = board_symbol(words->board, k);
    char out[96];
    if (strchr(text, '`'))
        snprintf(out, sizeof out, "%s", text[1] ? "a word with a backtick" : "a backtick");
    else if (strpbrk(text, "*$"))
        snprintf(out, sizeof out, "`%.90s`", text);
    else
        token_words(out, sizeof out, text);
    say(words, "%s", out);
}

static void logits(struct words *words) {
    const struct board *board = words->board;
    int best = board_likeliest(board);
    bool course = board->scene->state->notation == NOTATION_COURSE;
    if (board->now.input < 0)
        say(words, "It reads the zero vector and");
    else {
        say(words, "It reads ");
        symbol(words, board->now.input);
        say(words, ", which %s, and", board->step > 0 ? "it wrote itself" : "was given");
    }
    say(words, " gives every symbol a number $z$. The largest is ");
    number(words, board_source(board, "sampling/logits", best, board->now.logits[best]), 2);
    say(words, ", for ");
    symbol(words, best);
    say(words, ".");
    if (board->column == 0)
        snprintf(
            words->question, sizeof words->question,
            "**Why is** $%s$ **zero?** Nothing is written yet; all training began this way. $%s$ %s.",
            course ? "x^{<1>}" : "x_1", course ? "a^{<0>}" : "h_0",
            board->options->source ? "is what the encoder left" : "is zero too: nothing is remembered yet");
}

static void temperature(struct words *words) {
    const struct draw_rule *rule = &words->board->options->rule;
    if (words->board->greedy) {
        say(words, "At temperature 0 nothing is divided: the largest logit wins. The same beginning then always gives "
                   "the same text.");
        return;
    }
    say(words, "Every logit is divided by %g. %s", rule->temperature,
        rule->temperature < 1   ? "The differences grow: what is likely becomes likelier, and the text safer."
        : rule->temperature > 1 ? "The differences shrink: the unlikely gets more of a chance, and the text wilder."
                                : "At temperature 1 the network's own numbers stay.");
}

static void softmax(struct words *words) {
    const struct board *board = words->board;
    int best = board_likeliest(board);
    say(words, "$e$ to the power of each, divided by the sum of them all: numbers between 0 and 1 that add up to 1. ");
    symbol(words, best);
    say(words, " has the probability ");
    double p = board->open->probability[best];
    number(words, board_source(board, "sampling/probability", best, p), board_digits(p));
    say(words, ".");
}

static void cut(struct words *words) {
    const struct board *board = words->board;
    const struct draw_rule *rule = &board->options->rule;
    if (board->greedy) {
        say(words, "Greedy: only the likeliest is left, and it has all of the probability.");
        return;
    }
    if (rule->top_k > 0 && rule->top_k < board->open->O - 1)
        say(words, "Only the %d likeliest stay", rule->top_k);
    else
        say(words, "All stay but <UNK>, which stands for words that are not known and is never written");
    say(words, ". Together they had ");
    double share = board->open->kept_share;
    number(words, board_source(board, "sampling/kept_share", -1, share), share > 0.9995 ? 6 : 3);
    say(words, "; each is divided by that, so that they add up to 1 again.");
}

static void line(struct words *words) {
    say(words, "%s",
        words->board->greedy ? "The one that is left has the whole line from 0 to 1."
                             : "Laid end to end the probabilities fill a line from 0 to 1: each symbol owns a piece as "
                               "long as its probability. The ends of the pieces are the cumulative sum.");
}

static void drawn(struct words *words) {
    const struct board *board = words->board;
    if (board->greedy) {
        say(words, "Greedy: no number is drawn.");
        return;
    }
    say(words, "A number between 0 and 1 is drawn, all of them alike: ");
    number(words, board_source(board, "sampling/number", -1, board->now.uniform), board_number_digits(board));
    say(words, ".");
    snprintf(
        words->question, sizeof words->question,
        "**If sampling is random, why a network?** The number only points. The network says how long each piece is.");
}

static void choice(struct words *words) {
    const struct board *board = words->board;
    int chosen = board->now.chosen;
    if (board->greedy) {
        say(words, "The likeliest is written: ");
        symbol(words, chosen);
        say(words, ".");
        return;
    }
    int digits = board_number_digits(board);
    number(words, board_source(board, "sampling/number", -1, board->now.uniform), digits);
    say(words, " falls into the piece from ");
    number(words, board_source(board, "sampling/from", chosen, board_from(board, chosen)), digits);
    say(words, " to ");
    number(words, board_source(board, "sampling/to", chosen, board_to(board, chosen)), digits);
    say(words, ": ");
    symbol(words, chosen);
    say(words, " is written, whose probability was ");
    double p = board->open->kept[chosen];
    number(words, board_source(board, "sampling/kept", chosen, p), board_digits(p));
    say(words, ".");
}

static void next(struct words *words) {
    const struct board *board = words->board;
    bool course = board->scene->state->notation == NOTATION_COURSE;
    if (board->now.chosen == board->options->end) {
        say(words, "<EOS> ends the text: the network itself decides when it is done.");
        return;
    }
    if (sampling_done(board->run) && board->step == sampling_count(board->run) - 1) {
        say(words, "The text stops here, after %d symbols; the network has not ended it with <EOS>.",
            sampling_count(board->run));
        return;
    }
    symbol(words, board->now.chosen);
    say(words, course ? " goes back as the next input, $x^{<%d>}$" : " goes back as the next input, $x_{%d}$",
        board->column + 2);
    say(words, ". In training the network read the right symbol here; now it has to go on with its own.");
}

static const struct {
    const char *title;
    void (*say)(struct words *words);
} moments[MOMENT_COUNT] = {
    [MOMENT_LOGITS] = {"Logits", logits},     [MOMENT_TEMPERATURE] = {"Temperature", temperature},
    [MOMENT_SOFTMAX] = {"Softmax", softmax},  [MOMENT_CUT] = {"Top-k", cut},
    [MOMENT_LINE] = {"Cumulative sum", line}, [MOMENT_NUMBER] = {"Random number", drawn},
    [MOMENT_CHOICE] = {"Choice", choice},     [MOMENT_NEXT] = {"Back to the input", next},
};

float sampling_words_height(const struct ui *ui) {
    return ui->list->bounds.h < LOW_WINDOW ? 72 : 92;
}

// Text and question, one below the other; returns their height.
static float put(struct words *words, float x, float y, float width, float size, bool draw) {
    struct draw_list *list = words->board->list;
    const struct theme *theme = words->board->theme;
    struct rich_style style = {.size = size, .line_height = size + 6, .ink = theme->ink2, .bold = theme->ink1};
    float used = rich_text_values(list, theme, x, y, width, words->text, style, words->values, words->digits,
                                  words->count, draw);
    if (*words->question) used += rich_text(list, theme, x, y + used, width, words->question, style, draw);
    return used;
}

void sampling_words(struct board *board, rect r) {
    struct words words = {.board = board};
    say(&words, "**%s, t = %d.** ", moments[board->moment].title, board->column + 1);
    moments[board->moment].say(&words);
    float size = board->ui->list->bounds.h < LOW_WINDOW ? 15 : 17, x = r.x + 44, width = fmaxf(80, r.w - 90);
    if (put(&words, 0, 0, width, 13, false) > r.h - 6) words.question[0] = 0; // the side answers it as well
    while (size > 12 && put(&words, 0, 0, width, size, false) > r.h - 6)
        size -= 0.5f;
    draw_rect(board->list, (rect){r.x + 24, r.y, 4, r.h - 12}, board->theme->hi, 2);
    draw_clip_push(board->list, (rect){r.x, r.y - 6, r.w, r.h + 6});
    put(&words, x, r.y + size * 1.05f, width, size, true);
    draw_clip_pop(board->list);
}
