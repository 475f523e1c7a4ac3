// Dates as people write them to ISO 8601: "march 3rd, 2021", "3 mar 2021", "3.3.2021" to "2021-03-03". Years of two
// digits are those from 1970 to 2069.
#include "task.h"

#include <stdio.h>

enum { FIRST_YEAR = 1970, YEARS = 100, FORMS = 8, TEXT = 64 };
static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                     "july",    "august",   "september", "october", "november", "december"};
static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static int days_of(int month, int year) {
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static const char *ordinal(int day) {
    if (day / 10 == 1) return "th";
    return day % 10 == 1 ? "st" : day % 10 == 2 ? "nd" : day % 10 == 3 ? "rd" : "th";
}

static void write(int form, int day, int month, int year, char out[TEXT]) {
    const char *name = months[month - 1];
    switch (form) {
    case 0:
        snprintf(out, TEXT, "%d %s %d", day, name, year);
        break;
    case 1:
        snprintf(out, TEXT, "%s %d, %d", name, day, year);
        break;
    case 2:
        snprintf(out, TEXT, "%s %d%s, %d", name, day, ordinal(day), year);
        break;
    case 3:
        snprintf(out, TEXT, "%d %.3s %d", day, name, year);
        break;
    case 4:
        snprintf(out, TEXT, "%.3s %d '%02d", name, day, year % 100);
        break;
    case 5:
        snprintf(out, TEXT, "%d.%d.%d", day, month, year);
        break;
    case 6:
        snprintf(out, TEXT, "%02d.%02d.%02d", day, month, year % 100);
        break;
    default:
        snprintf(out, TEXT, "%d/%d/%d", year, month, day);
    }
}

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)settings;
    (void)part;
    int year = FIRST_YEAR + (int)rng_below(rng, YEARS), month = 1 + (int)rng_below(rng, 12);
    int day = 1 + (int)rng_below(rng, (uint64_t)days_of(month, year)), form = (int)rng_below(rng, FORMS);
    char text[TEXT];
    write(form, day, month, year, text);
    for (const char *c = text; *c; c++)
        builder_symbol(out, task_symbol(&task_dates, *c));
    snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
    for (const char *c = text; *c; c++)
        builder_answer(out, task_answer(&task_dates, *c));
}

const struct task task_dates = {
    .id = "dates",
    .title = "Dates",
    .story = "A date is read as people write it, in one of eight forms; it is written as year-month-day.",
    .answers = ANSWERS_SEQUENCE,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = " ',./0123456789abcdefghijlmnoprstuvy",
    .answer_symbols = "-0123456789",
    .train_count = 8000,
    .validation_count = 500,
    .distinct = true,
    .recipe = {.cell = "lstm",
               .layers = 1,
               .hidden = 64,
               .schedule = "cosine",
               .steps = 3000,
               .batch = 32,
               .lr = 0.01,
               .clip_norm = 1},
    .walk = {.hidden = 16, .steps = 1500},
    .measure = MEASURE_SEQUENCE_ACCURACY,
    .level = 0.95,
    .level_note = "whole dates right, of texts that are not in training",
    .generate = generate,
};
