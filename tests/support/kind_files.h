#pragma once
// Small files, one a reader, so that a test can open every kind of data. Included behind cmocka.h.

#include "folder.h"

#include <math.h>
#include <stdlib.h>

struct kind_file {
    const char *name, *reader;
    void (*write)(FILE *file);
};

static inline void kind_write_names(FILE *file) {
    static const char *const names[] = {"troodon", "iguana", "raptor", "diplo", "mosa", "anky", "allo", "spino"};
    for (int i = 0; i < 8; i++)
        fprintf(file, "%s\n", names[i]);
}

static inline void kind_write_labelled(FILE *file) {
    static const char *const good[] = {"fine and warm", "a good one", "well done", "very nice"};
    static const char *const bad[] = {"cold and grim", "a sad one", "all wrong", "not nice"};
    for (int i = 0; i < 24; i++)
        fprintf(file, "%s\t%s %d\n", i % 2 ? "positive" : "negative", i % 2 ? good[i / 2 % 4] : bad[i / 2 % 4], i);
}

static inline void kind_write_conll(FILE *file) {
    for (int i = 0; i < 12; i++)
        fprintf(file, "The\tO\n%s\tB-ANI\nsleeps\tO\n.\tO\n\n", i % 3 == 0 ? "cat" : i % 3 == 1 ? "dog" : "bird");
}

static inline void kind_write_pairs(FILE *file) {
    static const char *const words[] = {"one", "two", "three", "four", "five", "six"}, *const others[] = {
                                                                                           "eins", "zwei", "drei",
                                                                                           "vier", "fünf", "sechs"};
    for (int i = 0; i < 6; i++)
        fprintf(file, "%s\t%s\n", words[i], others[i]);
}

static inline void kind_write_series(FILE *file) {
    fprintf(file, "date,a,b\n");
    for (int i = 0; i < 120; i++)
        fprintf(file, "2001-01-%02d,%.3f,%.3f\n", i % 28 + 1, sin(i * 0.3), cos(i * 0.2));
}

static inline void kind_write_cases(FILE *file) {
    fprintf(file, "@problemName Waves\n@univariate false\n@dimensions 2\n@equalLength true\n@seriesLength 6\n"
                  "@classLabel true up down\n@data\n");
    for (int i = 0; i < 16; i++) {
        for (int c = 0; c < 2; c++)
            for (int t = 0; t < 6; t++)
                fprintf(file, "%.3f%s", (i % 2 ? 1 : -1) * t * 0.2 + c * 0.1 * (i + 1), t < 5 ? "," : ":");
        fprintf(file, "%s\n", i % 2 ? "up" : "down");
    }
}

static inline void kind_write_rolls(FILE *file) {
    static const char *const parts[] = {"train", "valid", "test"};
    fprintf(file, "{");
    for (int p = 0; p < 3; p++) {
        fprintf(file, "%s\"%s\": [", p ? ", " : "", parts[p]);
        for (int i = 0; i < 4; i++) {
            fprintf(file, "%s[", i ? ", " : "");
            for (int t = 0; t < 7; t++)
                fprintf(file, "%s[%d, %d]", t ? ", " : "", 60 + (t + i) % 5, 67 + (t * i) % 3);
            fprintf(file, "]");
        }
        fprintf(file, "]");
    }
    fprintf(file, "}\n");
}

static inline void kind_write_prose(FILE *file) {
    for (int i = 0; i < 20; i++)
        fprintf(file, "It was a long and quiet evening, and nobody in the house had said a word since the rain\n"
                      "began; the lamp burned low, and the clock on the shelf went on counting for itself.\n");
}

static const struct kind_file kind_files[] = {
    {"names.txt", "text", kind_write_names},
    {"prose.txt", "text", kind_write_prose},
    {"labels.tsv", "labelled", kind_write_labelled},
    {"tags.conll", "conll", kind_write_conll},
    {"pairs.txt", "pairs", kind_write_pairs},
    {"series.csv", "series", kind_write_series},
    {"cases.ts", "ts", kind_write_cases},
    {"rolls.json", "piano-roll", kind_write_rolls},
};
enum { KIND_FILES = sizeof kind_files / sizeof *kind_files };

// The path, valid until the next call.
static inline const char *kind_file_make(struct temporary *t, const struct kind_file *kind) {
    const char *path = temporary_path(t, kind->name);
    FILE *file = fopen(path, "w");
    if (!file) fail_msg("cannot write %s", path);
    kind->write(file);
    fclose(file);
    return path;
}
