#pragma once
// The real data sets beside the project, and what their description (../shared/data/README.md) says of them: for every
// test that opens them. Included behind cmocka.h.

#include "dataset.h"
#include "file.h"

struct real_file {
    const char *path, *reader; // below ../shared/data
    enum data_answers answers;
    int examples, symbols, labels, channels, length_max; // 0: not said
};
static const struct real_file real_files[] = {
    {"names.txt", "text", ANSWERS_NEXT, 32033, 28, 0, 0, 15},
    {"tinyshakespeare.txt", "text", ANSWERS_NEXT, 1, 67, 0, 0, 1115394},
    {"surnames", "folder", ANSWERS_ONE, 20050, 85, 18, 0, 20},
    {"promoters.data", "labelled", ANSWERS_ONE, 106, 6, 2, 0, 57},
    {"wnut16_dev", "conll", ANSWERS_EACH, 1000, 6256, 20, 0, 41},
    {"amazon_cells_labelled_1000.txt", "labelled", ANSWERS_ONE, 1000, 0, 2, 0, 0},
    {"eng-fra.txt", "pairs", ANSWERS_SEQUENCE, 5000, 70, 0, 0, 13},
    {"date-4000.txt", "pairs", ANSWERS_SEQUENCE, 5000, 59, 13, 0, 29},
    {"addition-5000.txt", "pairs", ANSWERS_SEQUENCE, 5000, 13, 12, 0, 7},
    {"jsb-chorales-quarter.json", "piano-roll", ANSWERS_NEXT, 382, 0, 0, 88, 160},
    {"BasicMotions_TRAIN.ts", "ts", ANSWERS_ONE, 40, 0, 4, 6, 100},
    {"BasicMotions_TEST.ts", "ts", ANSWERS_ONE, 40, 0, 4, 6, 100},
    {"airline-passengers.csv", "series", ANSWERS_NEXT, 1, 0, 0, 1, 144},
    {"monthly-sunspots.csv", "series", ANSWERS_NEXT, 1, 0, 0, 1, 2820},
};
enum { REAL_FILES = sizeof real_files / sizeof *real_files };
#define REAL_DATA SOURCE_ROOT "/../shared/data"

static inline void need_real_files(void) {
    if (file_is_directory(REAL_DATA)) return;
    print_message("skipped: the folder ../shared/data with real data is not there\n");
    skip();
}
