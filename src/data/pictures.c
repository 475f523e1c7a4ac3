// How the inputs of a data set are drawn.
#include "dataset.h"
#include "task.h"

#include <ctype.h>
#include <string.h>

enum { PIANO_LOWEST = 21, PIANO_KEYS = 88 };

// All symbols are bases.
static bool is_dna(const struct vocabulary *v) {
    int first = vocabulary_first(v), bases = 0;
    for (int k = first; k < v->count; k++) {
        char c = (char)toupper((unsigned char)v->texts[k][0]);
        if (!c || v->texts[k][1] || !strchr("ACGTUN", c)) return false;
        bases += c != 'N';
    }
    return bases >= 4;
}

// Answers are "O" and tags of entities.
static bool are_tags(const struct vocabulary *v) {
    bool outside = false, begins = false;
    for (int k = vocabulary_first(v); k < v->count; k++) {
        const char *text = v->texts[k];
        if (!strcmp(text, "O")) outside = true;
        if (!strncmp(text, "B-", 2)) begins = true;
    }
    return outside && begins;
}

struct picture_of_input dataset_picture(const struct dataset *d) {
    struct picture_of_input picture = {.frame = -1};
    if (d->task && d->task->picture.kind != PICTURE_NONE) return d->task->picture;
    if (d->input == VALUES_SETS && d->channels == PIANO_KEYS && !strcmp(d->reader, "piano-roll"))
        picture = (struct picture_of_input){.kind = PICTURE_PIANO_ROLL, .lowest = PIANO_LOWEST, .frame = -1};
    else if (d->answers == ANSWERS_EACH && are_tags(&d->labels))
        picture.kind = PICTURE_ENTITIES;
    else if (d->input == VALUES_SYMBOLS && is_dna(&d->vocabulary))
        picture.kind = PICTURE_DNA;
    return picture;
}
