// Melodies of four bars in three styles. The first symbol names the style, the melody follows in eighths: a note, "-"
// while it is held, "." for a rest. Rules: each bar has a chord; its first note is of that chord, as near as can be to
// the one before, the others go by steps of the scale, seldom by a leap; rhythms are those of the metre; the melody
// stays in its range and ends on a long keynote, which is reached by a step.
#include "task.h"

#include <stdlib.h>
#include <string.h>

enum { BARS = 4, RHYTHMS = 4, NOTES_IN_BAR = 9, MOST_TONES = 24 };

struct style {
    const char *name;
    int eighths;                          // in a bar
    const char *scale[MOST_TONES];        // from low to high, NULL ends it
    int keynote;                          // of the scale, in the middle
    int octave;                           // tones in an octave
    int chords[BARS][3];                  // tones of the scale, counted from the keynote
    short rhythms[RHYTHMS][NOTES_IN_BAR]; // lengths, 0 ends; negative: a rest
    short cadence[NOTES_IN_BAR];          // of the last bar
    int leaps;                            // of a hundred, how many notes leap
};

static const struct style styles[] = {
    {.name = "march",
     .eighths = 8,
     .scale = {"G3", "A3", "B3", "C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5", "D5", "E5", NULL},
     .keynote = 3,
     .octave = 7,
     .chords = {{0, 2, 4}, {3, 5, 7}, {4, 6, 8}, {0, 2, 4}},
     .rhythms = {{2, 2, 2, 2}, {3, 1, 2, 2}, {2, 1, 1, 4}, {2, 2, 4}},
     .cadence = {2, 2, 4},
     .leaps = 8},
    {.name = "waltz",
     .eighths = 6,
     .scale = {"E4", "F4", "G4", "A4", "B4", "C5", "D5", "E5", "F5", "G5", "A5", NULL},
     .keynote = 3,
     .octave = 7,
     .chords = {{0, 2, 4}, {3, 5, 7}, {4, 6, 1}, {0, 2, 4}},
     .rhythms = {{2, 2, 2}, {4, 2}, {3, 1, 2}, {2, 1, 1, 2}},
     .cadence = {2, 4},
     .leaps = 8},
    {.name = "blues",
     .eighths = 8,
     .scale = {"G3", "Bb3", "C4", "Eb4", "F4", "G4", "Bb4", "C5", "Eb5", "F5", NULL},
     .keynote = 2,
     .octave = 5,
     .chords = {{0, 1, 3}, {2, 4, 5}, {0, 1, 3}, {0, 3, 5}},
     .rhythms = {{1, 1, 2, 1, 3}, {-1, 1, 1, 1, 4}, {3, 3, -2}, {1, 2, 1, 4}},
     .cadence = {1, 1, 6},
     .leaps = 15},
};
enum { STYLES = sizeof styles / sizeof *styles };

static const char *const words[] = {"march", "waltz", "blues", "-",  ".",  "G3", "A3", "Bb3", "B3",
                                    "C4",    "D4",    "Eb4",   "E4", "F4", "G4", "A4", "Bb4", "B4",
                                    "C5",    "D5",    "Eb5",   "E5", "F5", "G5", "A5", NULL};

static void put(struct builder *out, const char *word) {
    int k = 0;
    while (strcmp(words[k], word) != 0)
        k++;
    builder_symbol(out, VOCABULARY_FIRST + k);
}

static int tones(const struct style *style) {
    int n = 0;
    while (style->scale[n])
        n++;
    return n;
}

// The tone of the chord that is nearest, in any octave; of two the one that the draw says.
static int chord_tone(const struct style *style, int bar, int from, bool up) {
    int best = -1, n = tones(style);
    for (int tone = 0; tone < n; tone++)
        for (int k = 0; k < 3; k++) {
            int above = tone - style->keynote - style->chords[bar][k];
            if (above % style->octave != 0) continue;
            int nearer = best < 0 ? -1 : abs(tone - from) - abs(best - from);
            if (nearer < 0 || (nearer == 0 && (tone > best) == up)) best = tone;
        }
    return best;
}

// By a step, or seldom by a leap of three; the range turns it back.
static int move(const struct style *style, int from, struct rng *rng) {
    int n = tones(style), by = (int)rng_below(rng, 100) < style->leaps ? 3 : 1;
    if (rng_below(rng, 2)) by = -by;
    if (from + by < 0 || from + by >= n) by = -by;
    return from + by;
}

// The last two notes: a neighbour of the keynote, and the keynote.
static int cadence(const struct style *style, int left, int tone) {
    return left > 1 ? style->keynote + (tone >= style->keynote ? 1 : -1) : style->keynote;
}

static int put_bar(const struct style *style, int bar, int tone, struct rng *rng, struct builder *out) {
    bool last = bar + 1 == BARS;
    const short *rhythm = last ? style->cadence : style->rhythms[rng_below(rng, RHYTHMS)];
    int count = 0;
    while (rhythm[count])
        count++;
    bool strong = true; // the first note of the bar is of its chord
    for (int k = 0; k < count; k++) {
        if (rhythm[k] > 0) {
            if (last && count - k <= 2)
                tone = cadence(style, count - k, tone);
            else
                tone = strong ? chord_tone(style, bar, tone, rng_below(rng, 2)) : move(style, tone, rng);
            strong = false;
        }
        put(out, rhythm[k] > 0 ? style->scale[tone] : ".");
        for (int held = 1; held < abs(rhythm[k]); held++)
            put(out, rhythm[k] > 0 ? "-" : ".");
    }
    return tone;
}

static void generate(const struct task_settings *settings, enum dataset_part part, struct rng *rng,
                     struct builder *out) {
    (void)settings;
    (void)part;
    const struct style *style = &styles[rng_below(rng, STYLES)];
    int tone = style->keynote + (int)rng_below(rng, 5);
    put(out, style->name);
    for (int bar = 0; bar < BARS; bar++)
        tone = put_bar(style, bar, tone, rng, out);
}

const struct task task_music = {
    .id = "music",
    .title = "Melodies",
    .story = "The name of a style comes first; then a melody in that style is to be written, note by note.",
    .answers = ANSWERS_NEXT,
    .input = VALUES_SYMBOLS,
    .output = VALUES_SYMBOLS,
    .symbols = "",
    .answer_symbols = "",
    .words = words,
    .picture = {.kind = PICTURE_PIANO_ROLL},
    .train_count = 3000,
    .validation_count = 300,
    .distinct = true,
    .recipe = {.kind = "one-to-many",
               .cell = "lstm",
               .layers = 1,
               .hidden = 64,
               .schedule = "cosine",
               .steps = 2500,
               .batch = 32,
               .lr = 0.01,
               .clip_norm = 1},
    .walk = {.hidden = 16, .steps = 800},
    .measure = MEASURE_LOSS,
    .level = 0.5,
    .level_note = "nats a symbol; guessing has 3.3, and the rules leave about 0.48 to chance",
    .generate = generate,
};
