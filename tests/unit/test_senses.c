// Tasks of sound, movement and melodies: facts about their generators by rules of their own.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bands.h"
#include "formants.h"
#include "picture.h"
#include "task_frames.h"

// No example of real numbers stands twice, so none of validation is in training.
static void check_all_differ(const struct dataset *d) {
    for (int i = 0; i < d->example_count; i++)
        for (int k = 0; k < i; k++)
            if (!memcmp(task_frame(d, i, 0), task_frame(d, k, 0), 3 * (size_t)d->channels * sizeof(float)))
                fail_msg("examples %d and %d are the same", k, i);
}

static void check_shares(const struct dataset *d) {
    for (int k = 0; k < d->labels.count; k++)
        assert_true(fabs((double)d->labels.counts[k] * d->labels.count / d->example_count - 1) < 0.4);
}

// ---- speech ----

static double mean_of(const struct dataset *d, int index, int from, int to, int low, int high) {
    double sum = 0;
    for (int t = from; t < to; t++)
        for (int k = low; k < high; k++)
            sum += task_frame(d, index, t)[k];
    return sum / ((to - from) * (high - low));
}

static void test_speech(void **state) {
    (void)state;
    struct dataset d = frames_of_task("speech:noise=60");
    assert_int_equal(d.channels, 16);
    assert_int_equal(d.labels.count, 10);
    check_shares(&d);
    int hissing = 0, voiced = 0;
    for (int i = 0; i < d.example_count; i++) {
        const struct dataset_example *e = &d.examples[i];
        assert_true(e->length >= 15 && e->length <= 49);
        float most = -2;
        for (int t = 0; t < e->length; t++)
            for (int k = 0; k < 16; k++) {
                assert_true(task_frame(&d, i, t)[k] >= -1 && task_frame(&d, i, t)[k] <= 1);
                most = fmaxf(most, task_frame(&d, i, t)[k]);
            }
        assert_true(most == 1);
        // "six" begins with a hiss, high bands over low ones; "one" is voice alone, low over high throughout.
        if (!strcmp(task_label(&d, i), "six")) {
            double hiss = -2;
            for (int t = 0; t < 8; t++)
                hiss = fmax(hiss, mean_of(&d, i, t, t + 1, 12, 16) - mean_of(&d, i, t, t + 1, 0, 4));
            assert_true(hiss > 0.3);
            hissing++;
        }
        if (!strcmp(task_label(&d, i), "one")) {
            for (int t = 0; t < e->length; t++)
                assert_true(mean_of(&d, i, t, t + 1, 0, 4) > mean_of(&d, i, t, t + 1, 12, 16) - 0.1);
            voiced++;
        }
    }
    assert_true(hissing > 50 && voiced > 50);
    dataset_release(&d);
    d = frames_of_task("speech");
    check_all_differ(&d);
    dataset_release(&d);
}

// The vowels stand where their formants are: that of "three" has a peak at 270 Hz and another at 2,290 Hz, with a
// valley between, where that of "four" has its second formant.
static void test_formants(void **state) {
    (void)state;
    enum { BANDS = 24 };
    static float samples[SPEECH_MAX], bands[64 * BANDS];
    const struct speaker who = {.pitch = 110, .tract = 1, .speed = 1, .noise = 60};
    struct rng rng = rng_seed(1);
    double vowels[2][BANDS];
    static const int digits[] = {3, 4}, ms[] = {330, 210}; // in the middle of the vowel
    for (int v = 0; v < 2; v++) {
        int count = speech_say(digits[v], &who, &rng, samples), t = ms[v] * SPEECH_RATE / 1000 / BANDS_HOP;
        assert_true(count > 6000 && t < bands_frames(count));
        bands_measure(samples, count, SPEECH_RATE, BANDS, 60, bands);
        for (int k = 0; k < BANDS; k++)
            vowels[v][k] = bands[t * BANDS + k];
    }
    int at[3] = {0}; // bands of 270, 840 and 2,290 Hz
    static const double hertz[] = {270, 840, 2290};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < BANDS; k++) {
            double place[3];
            bands_place(k, BANDS, SPEECH_RATE, place);
            if (fabs(place[1] - hertz[i]) < 120) at[i] = k;
        }
    assert_true(vowels[0][at[2]] > vowels[0][at[2] - 5] + 0.2);
    assert_true(vowels[0][at[2]] > vowels[1][at[2]] + 0.2);
    assert_true(vowels[1][at[1]] > vowels[0][at[1]] + 0.3);
}

// A tone has its energy in its band alone.
static void test_bands(void **state) {
    (void)state;
    enum { BANDS = 16, N = 4000 };
    float samples[N], out[64 * BANDS];
    for (int k = 2; k < BANDS; k += 4) {
        double place[3];
        bands_place(k, BANDS, SPEECH_RATE, place);
        for (int i = 0; i < N; i++)
            samples[i] = (float)sin(2 * M_PI * place[1] * i / SPEECH_RATE);
        bands_measure(samples, N, SPEECH_RATE, BANDS, 40, out);
        for (int other = 0; other < BANDS; other++)
            assert_true(other == k ? out[BANDS + other] > 0.9 : abs(other - k) > 1 ? out[BANDS + other] < -0.5 : true);
    }
}

static void test_spelling(void **state) {
    (void)state;
    struct dataset a = frames_of_task("speech"), b = frames_of_task("speech:spell=1");
    assert_int_equal(b.answers, ANSWERS_SEQUENCE);
    assert_int_equal(a.example_count, b.example_count);
    for (int i = 0; i < b.example_count; i++) { // the same voices, and the name instead of the class
        const struct dataset_example *e = &b.examples[i];
        char name[16] = "";
        struct dataset_answer answer = dataset_answer(&b, i);
        for (int t = 0; t < answer.length; t++)
            strcat(name, b.labels.texts[b.answer_symbols[answer.start + (size_t)t]]);
        assert_string_equal(name, task_label(&a, i));
        assert_memory_equal(task_frame(&a, i, 0), task_frame(&b, i, 0), (size_t)e->length * 16 * sizeof(float));
    }
    dataset_release(&a);
    dataset_release(&b);
}

// ---- video ----

static void test_video(void **state) {
    (void)state;
    struct dataset d = frames_of_task("video:noise=0");
    check_shares(&d);
    for (int i = 0; i < d.example_count; i++) {
        int T = d.examples[i].length, last = T - 1;
        const char *does = task_label(&d, i);
        float low = 9, high = 0;
        double legs = 0, arms = 0;
        assert_true(T >= 20 && T <= 30);
        for (int t = 0; t < T; t++) {
            const float *x = task_frame(&d, i, t);
            for (int k = 0; k < FIGURE_JOINTS; k++)
                assert_true(fabs(x[k]) < M_PI);
            // Knees and elbows bend one way only.
            assert_true(x[FIGURE_KNEE_LEFT] >= 0 && x[FIGURE_KNEE_RIGHT] >= 0);
            assert_true(x[FIGURE_ELBOW_LEFT] >= 0 && x[FIGURE_ELBOW_RIGHT] >= 0);
            low = fminf(low, x[FIGURE_HEIGHT]), high = fmaxf(high, x[FIGURE_HEIGHT]);
            legs += (x[FIGURE_HIP_LEFT] - 0.05) * (x[FIGURE_HIP_RIGHT] - 0.05);
            arms += (x[FIGURE_HIP_LEFT] - 0.05) * x[FIGURE_SHOULDER_LEFT];
        }
        bool walks = !strcmp(does, "walk"), jumps = !strcmp(does, "jump"), falls = !strcmp(does, "fall");
        assert_int_equal(walks, legs < -0.5 && arms < -0.5); // legs take turns, arms go against them
        assert_int_equal(jumps, high > 1.1);                 // off the ground
        assert_int_equal(falls, low < 0.5);
        if (falls) assert_true(fabs(task_frame(&d, i, last)[FIGURE_LEAN]) > 0.7);
        if (!strcmp(does, "wave")) {
            float left = task_frame(&d, i, last)[FIGURE_SHOULDER_LEFT],
                  right = task_frame(&d, i, last)[FIGURE_SHOULDER_RIGHT];
            assert_true((left > 1.5) != (right > 1.5));
        }
        if (!walks) assert_true(fabs(task_frame(&d, i, 0)[FIGURE_HEIGHT] - 1) < 0.01); // they begin with standing
    }
    dataset_release(&d);
    d = frames_of_task("video");
    check_all_differ(&d);
    dataset_release(&d);
}

// ---- music ----

// What belongs to a style: eighths of a bar, pitch classes of the scale, those of each bar's chord, the keynote.
static const struct rule {
    const char *name;
    int bar;
    const char *scale, *chords[4];
    int keynote;
} rules[] = {{"march", 8, "C D E F G A B", {"C E G", "F A C", "G B D", "C E G"}, 0},
             {"waltz", 6, "A B C D E F G", {"A C E", "D F A", "E G B", "A C E"}, 9},
             {"blues", 8, "C Eb F G Bb", {"C Eb G", "F Bb C", "C Eb G", "C G C"}, 0}};

static bool is_among(const char *name, const char *list) { // the pitch class of a note, among names
    char padded[64], wanted[8];
    snprintf(padded, sizeof padded, " %s ", list);
    snprintf(wanted, sizeof wanted, " %.*s ", (int)strlen(name) - 1, name);
    return strstr(padded, wanted) != NULL;
}

static void check_melody(const struct dataset *d, int index) {
    const struct dataset_example *e = &d->examples[index];
    char *const *texts = d->vocabulary.texts;
    int s[64];
    assert_true(e->length <= 64);
    dataset_copy_symbols(d, e->start, e->length, s);
    const struct rule *rule = rules;
    while (strcmp(rule->name, texts[s[0]]) != 0)
        assert_true(++rule < rules + 3);
    assert_int_equal(e->length, 1 + 4 * rule->bar);
    int last = -1, before = -1, holds = 0;
    bool first = true;
    for (int t = 1; t < e->length; t++) {
        const char *text = texts[s[t]];
        int pitch = picture_pitch(text), bar = (t - 1) / rule->bar;
        if ((t - 1) % rule->bar == 0) first = true;
        if (!strcmp(text, "-")) assert_true(strcmp(texts[s[t - 1]], ".") != 0 && t > 1);
        holds = !strcmp(text, "-") ? holds + 1 : 0;
        if (pitch < 0) continue;
        assert_true(is_among(text, rule->scale) && pitch >= 55 && pitch <= 81);
        if (first && bar < 3) assert_true(is_among(text, rule->chords[bar]));
        first = false;
        before = last, last = pitch;
    }
    assert_int_equal(last % 12, rule->keynote);
    assert_true(holds >= 3);                                         // a long last note
    assert_true(abs(last - before) >= 1 && abs(last - before) <= 3); // by a step of the scale
}

static void test_music(void **state) {
    (void)state;
    struct dataset d = frames_of_task("music");
    assert_true(d.train_count == 3000 && d.validation_count == 300);
    for (int i = 0; i < d.example_count; i++)
        check_melody(&d, i);
    for (int v = 0; v < d.validation_count; v++) { // new melodies
        for (int i = 0; i < d.train_count; i++)
            assert_false(dataset_same_input(&d, d.validation[v], d.train[i]));
    }
    dataset_release(&d);
    assert_int_equal(picture_pitch("C4"), 60);
    assert_int_equal(picture_pitch("Eb5"), 75);
    assert_int_equal(picture_pitch("Bb3"), 58);
    assert_int_equal(picture_pitch("A4"), 69);
    static const char *const none[] = {"", "-", ".", "march", "C", "H4", "C45", "c4"};
    for (size_t k = 0; k < sizeof none / sizeof *none; k++)
        assert_int_equal(picture_pitch(none[k]), -1);
}

// ---- which picture ----

static void test_pictures(void **state) {
    (void)state;
    static const struct {
        const char *task;
        enum picture_kind kind;
    } known[] = {{"speech", PICTURE_SPECTROGRAM}, {"speech:spell=1", PICTURE_SPECTROGRAM},
                 {"music", PICTURE_PIANO_ROLL},   {"video", PICTURE_FIGURE},
                 {"copy", PICTURE_NONE},          {"sine", PICTURE_NONE}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        struct dataset d = frames_of_task(known[k].task);
        assert_int_equal(dataset_picture(&d).kind, known[k].kind);
        dataset_release(&d);
    }
    struct data_options options = data_options_default();
    struct dataset d;
    struct err err = {0};
    assert_true(dataset_from_text(&d, "bases", "acgt\ngattaca\ntagacat\nccgta\n", 27, &options, &err));
    assert_int_equal(dataset_picture(&d).kind, PICTURE_DNA);
    assert_true(dataset_picture(&d).frame < 0); // nobody says where a codon begins
    dataset_release(&d);
    assert_true(dataset_from_text(&d, "words", "acgt\ngattaca\nhello\nccgta\n", 25, &options, &err));
    assert_int_equal(dataset_picture(&d).kind, PICTURE_NONE);
    dataset_release(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_speech),   cmocka_unit_test(test_formants), cmocka_unit_test(test_bands),
        cmocka_unit_test(test_spelling), cmocka_unit_test(test_video),    cmocka_unit_test(test_music),
        cmocka_unit_test(test_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
