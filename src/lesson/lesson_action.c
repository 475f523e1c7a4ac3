// Actions in words, and numbers as people type them.
#include "lesson_internal.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum takes { TAKES_NOTHING, TAKES_COUNT, TAKES_NUMBER, TAKES_TEXT, TAKES_ANY, TAKES_DRAW };
static const struct {
    const char *word;
    enum action_kind kind;
    enum takes takes;
} actions[] = {
    {"step", ACTION_STEP, TAKES_COUNT},      {"back", ACTION_BACK, TAKES_COUNT},
    {"by", ACTION_BY, TAKES_TEXT},           {"goto", ACTION_GOTO, TAKES_TEXT},
    {"unit", ACTION_UNIT, TAKES_ANY},        {"timestep", ACTION_TIMESTEP, TAKES_ANY},
    {"word", ACTION_WORD, TAKES_TEXT},       {"cell", ACTION_CELL, TAKES_TEXT},
    {"seed", ACTION_SEED, TAKES_NUMBER},     {"units", ACTION_UNITS, TAKES_NUMBER},
    {"layers", ACTION_LAYERS, TAKES_NUMBER}, {"train", ACTION_TRAIN, TAKES_NUMBER},
    {"figure", ACTION_FIGURE, TAKES_TEXT},   {"flow", ACTION_FLOW, TAKES_TEXT},
    {"answer", ACTION_ANSWER, TAKES_ANY},    {"choose", ACTION_CHOOSE, TAKES_COUNT},
    {"try", ACTION_TRY, TAKES_TEXT},         {"view", ACTION_VIEW, TAKES_TEXT},
    {"task", ACTION_TASK, TAKES_TEXT},       {"page", ACTION_PAGE, TAKES_TEXT},
    {"layer", ACTION_LAYER, TAKES_NUMBER},   {"direction", ACTION_DIRECTION, TAKES_TEXT},
    {"edit", ACTION_EDIT, TAKES_TEXT},       {"clear", ACTION_CLEAR, TAKES_NOTHING},
    {"compare", ACTION_COMPARE, TAKES_TEXT}, {"run", ACTION_RUN, TAKES_NUMBER},
    {"start", ACTION_START, TAKES_TEXT},     {"temperature", ACTION_TEMPERATURE, TAKES_TEXT},
    {"draw", ACTION_DRAW, TAKES_DRAW},       {"sentence", ACTION_SENTENCE, TAKES_TEXT},
};

const char *const lesson_draw_words[LESSON_DRAW_WORDS] = {"logits", "temperature", "softmax", "cut",
                                                          "line",   "number",      "choice",  "next"};

static bool read_count(const char *words, const char *at, long *out, struct err *err) {
    char *end;
    errno = 0;
    *out = strtol(at, &end, 10);
    if (end == at || *end || errno || *out < 0 || *out > 1000000000)
        return lesson_err_in(err, words, at, "expected a whole number, found \"%s\"", at);
    return true;
}

// at: where the text stands inside words.
static bool one_of(const char *words, const char *at, const char *text, const char *const *list, int count,
                   struct err *err) {
    char known[160] = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(text, list[i]) == 0) return true;
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? (i + 1 == count ? " or " : ", ") : "",
                 list[i]);
    }
    return lesson_err_in(err, words, at, "expected %s, found \"%s\"", known, text);
}

static bool check_text(const char *words, const char *at, const char *text, enum action_kind kind, struct err *err) {
    static const char *const by[] = {"operation", "cell", "timestep", "pass", "update"},
                             *const figures[] = {"forward", "backward"}, *const flow[] = {"on", "off"},
                             *const tries[] = {"unit", "timestep", "encoder timestep"},
                             *const pages[] = {"workbench", "train"};
    enum cell_id id;
    double number;
    switch (kind) {
    case ACTION_BY:
        return one_of(words, at, text, by, 5, err);
    case ACTION_FIGURE:
    case ACTION_DIRECTION:
        return one_of(words, at, text, figures, 2, err);
    case ACTION_PAGE:
        return one_of(words, at, text, pages, 2, err);
    case ACTION_TEMPERATURE:
        return (lesson_parse_number(text, &number) && number > 0) ||
               lesson_err_in(err, words, at, "expected a temperature above 0, found \"%s\"", text);
    case ACTION_SENTENCE:
        return (text[0] >= '1' && text[0] < '1' + LESSON_SENTENCES && text[1] == ' ' && text[2]) ||
               lesson_err_in(err, words, at, "expected 1 or 2 and a sentence, found \"%s\"", text);
    case ACTION_FLOW:
        return one_of(words, at, text, flow, 2, err);
    case ACTION_TRY:
        return one_of(words, at, text, tries, 3, err);
    case ACTION_CELL:
    case ACTION_COMPARE:
        return cell_by_name(text, &id) ||
               lesson_err_in(err, words, at, "expected a cell such as rnn or lstm, found \"%s\"", text);
    default:
        return true;
    }
}

// "3", "3 number": a draw, and the moment of it.
static bool read_draw(const char *words, const char *at, struct lesson_action *out, struct err *err) {
    char *end;
    out->number = strtol(at, &end, 10);
    if (end == at || out->number < 1 || out->number > 1000 || (*end && *end != ' '))
        return lesson_err_in(err, words, at, "expected the number of a draw, found \"%s\"", at);
    const char *moment = end + strspn(end, " ");
    if (*moment && !one_of(words, at, moment, lesson_draw_words, LESSON_DRAW_WORDS, err)) return false;
    snprintf(out->text, sizeof out->text, "%s", *moment ? moment : "choice");
    return true;
}

bool lesson_action_parse(const char *words, struct lesson_action *out, struct err *err) {
    const char *start = words + strspn(words, " ");
    size_t length = strcspn(start, " "), i = 0;
    while (i < sizeof actions / sizeof *actions &&
           (strlen(actions[i].word) != length || strncmp(start, actions[i].word, length) != 0))
        i++;
    if (i == sizeof actions / sizeof *actions)
        return lesson_err_in(err, words, start,
                             "expected an action such as step, goto, unit, word or answer, found \"%.*s\"", (int)length,
                             start);
    *out = (struct lesson_action){.kind = actions[i].kind, .number = 1};
    const char *at = start + length + strspn(start + length, " ");
    size_t rest = strlen(at);
    while (rest && at[rest - 1] == ' ')
        rest--;
    if (rest >= sizeof out->text)
        return lesson_err_in(err, words, at, "expected at most %zu bytes, found %zu", sizeof out->text - 1, rest);
    memcpy(out->text, at, rest);
    out->text[rest] = '\0';
    if (rest == 0) {
        if (actions[i].takes == TAKES_COUNT || actions[i].takes == TAKES_NOTHING || out->kind == ACTION_ANSWER)
            return true;
        return lesson_err_in(err, words, at, "expected something behind \"%s\", found the end", actions[i].word);
    }
    switch (actions[i].takes) {
    case TAKES_COUNT:
    case TAKES_NUMBER:
        return read_count(words, at, &out->number, err);
    case TAKES_TEXT:
        return check_text(words, at, out->text, out->kind, err);
    case TAKES_ANY:
        out->encoder = out->kind == ACTION_TIMESTEP && strncmp(out->text, "encoder ", 8) == 0;
        at = out->text + (out->encoder ? 8 : 0);
        out->number = isdigit((unsigned char)*at) ? strtol(at, NULL, 10) : 0;
        return true;
    case TAKES_DRAW:
        return read_draw(words, at, out, err);
    case TAKES_NOTHING:
        break;
    }
    return true;
}

// An expression for an index behind "unit" or "timestep".
static bool check_index(const char *words, const struct lesson_action *action, int limit,
                        const struct lesson_shape *shape, struct err *err) {
    const char *at = strstr(words, action->text);
    struct lesson_scope scope = {.shape = *shape};
    double value;
    if (action->encoder && action->number > 0) return true;
    if (!lesson_expression(action->text, &scope, &value, err)) {
        if (err) err->column += (long)utf8_count(words, (size_t)(at - words));
        return false;
    }
    if (scope.value_count == 0 && (!(value >= 1) || (limit > 0 && value > limit)))
        return lesson_err_in(err, words, at, "expected 1 to %d, found %s", limit, action->text);
    return true;
}

bool lesson_action_check(const char *words, const struct lesson_shape *shape, struct err *err) {
    struct lesson_action action;
    if (!lesson_action_parse(words, &action, err)) return false;
    struct lesson_place place;
    switch (action.kind) {
    case ACTION_GOTO: {
        const char *at = strstr(words, action.text);
        if (lesson_place_parse(action.text, shape, &place, err)) return true;
        if (err) err->column += (long)utf8_count(words, (size_t)(at - words));
        return false;
    }
    case ACTION_UNIT:
        return check_index(words, &action, shape->units, shape, err);
    case ACTION_TIMESTEP:
        return check_index(words, &action, shape->T, shape, err);
    case ACTION_ANSWER: {
        double x;
        if (!action.text[0] || lesson_parse_number(action.text, &x)) return true;
        return lesson_err_in(err, words, strstr(words, action.text),
                             "expected a number or nothing behind \"answer\", found \"%s\"", action.text);
    }
    default:
        return true;
    }
}

bool lesson_parse_number(const char *text, double *out) {
    return text_number(text, out);
}
