// Tasks of sound, movement and melodies, and what is made of them: facts about their generators by rules of their own,
// sound measured again, files parsed back.

#include "bands.h"
#include "file.h"
#include "formants.h"
#include "midi.h"
#include "picture.h"
#include "task.h"
#include "temporary.h"
#include "wav.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct dataset make(const char *words) {
    const struct task *task;
    struct task_settings settings;
    struct data_options options = data_options_default();
    struct dataset d;
    struct err err = {0};
    options.seed = 5;
    if (!task_parse(words, &task, &settings, &err) || !dataset_from_task(&d, task, &settings, &options, &err))
        fail_msg("%s: %s", words, err.message);
    return d;
}

static const char *label_of(const struct dataset *d, int index) {
    return d->labels.texts[d->answer_symbols[d->examples[index].answer_start]];
}

static const float *frame(const struct dataset *d, int index, int t) {
    return d->values + (d->examples[index].start + (size_t)t) * (size_t)d->channels;
}

// No example of real numbers stands twice, so none of validation is in training.
static void check_all_differ(const struct dataset *d) {
    for (int i = 0; i < d->example_count; i++)
        for (int k = 0; k < i; k++)
            if (!memcmp(frame(d, i, 0), frame(d, k, 0), 3 * (size_t)d->channels * sizeof(float)))
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
            sum += frame(d, index, t)[k];
    return sum / ((to - from) * (high - low));
}

static void test_speech(void **state) {
    (void)state;
    struct dataset d = make("speech:noise=60");
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
                assert_true(frame(&d, i, t)[k] >= -1 && frame(&d, i, t)[k] <= 1);
                most = fmaxf(most, frame(&d, i, t)[k]);
            }
        assert_true(most == 1);
        // "six" begins with a hiss, high bands over low ones; "one" is voice alone, low over high throughout.
        if (!strcmp(label_of(&d, i), "six")) {
            double hiss = -2;
            for (int t = 0; t < 8; t++)
                hiss = fmax(hiss, mean_of(&d, i, t, t + 1, 12, 16) - mean_of(&d, i, t, t + 1, 0, 4));
            assert_true(hiss > 0.3);
            hissing++;
        }
        if (!strcmp(label_of(&d, i), "one")) {
            for (int t = 0; t < e->length; t++)
                assert_true(mean_of(&d, i, t, t + 1, 0, 4) > mean_of(&d, i, t, t + 1, 12, 16) - 0.1);
            voiced++;
        }
    }
    assert_true(hissing > 50 && voiced > 50);
    dataset_release(&d);
    d = make("speech");
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
    struct dataset a = make("speech"), b = make("speech:spell=1");
    assert_int_equal(b.answers, ANSWERS_SEQUENCE);
    assert_int_equal(a.example_count, b.example_count);
    for (int i = 0; i < b.example_count; i++) { // the same voices, and the name instead of the class
        char name[16] = "";
        const struct dataset_example *e = &b.examples[i];
        for (int t = 0; t < e->answer_length; t++)
            strcat(name, b.labels.texts[b.answer_symbols[e->answer_start + (size_t)t]]);
        assert_string_equal(name, label_of(&a, i));
        assert_memory_equal(frame(&a, i, 0), frame(&b, i, 0), (size_t)e->length * 16 * sizeof(float));
    }
    dataset_release(&a);
    dataset_release(&b);
}

// ---- video ----

static void test_video(void **state) {
    (void)state;
    struct dataset d = make("video:noise=0");
    check_shares(&d);
    for (int i = 0; i < d.example_count; i++) {
        int T = d.examples[i].length, last = T - 1;
        const char *does = label_of(&d, i);
        float low = 9, high = 0;
        double legs = 0, arms = 0;
        assert_true(T >= 20 && T <= 30);
        for (int t = 0; t < T; t++) {
            const float *x = frame(&d, i, t);
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
        if (falls) assert_true(fabs(frame(&d, i, last)[FIGURE_LEAN]) > 0.7);
        if (!strcmp(does, "wave")) {
            float left = frame(&d, i, last)[FIGURE_SHOULDER_LEFT], right = frame(&d, i, last)[FIGURE_SHOULDER_RIGHT];
            assert_true((left > 1.5) != (right > 1.5));
        }
        if (!walks) assert_true(fabs(frame(&d, i, 0)[FIGURE_HEIGHT] - 1) < 0.01); // they begin with standing
    }
    dataset_release(&d);
    d = make("video");
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
    const int *s = d->symbols + e->start;
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
    struct dataset d = make("music");
    assert_true(d.train_count == 3000 && d.validation_count == 300);
    for (int i = 0; i < d.example_count; i++)
        check_melody(&d, i);
    for (int v = 0; v < d.validation_count; v++) { // new melodies
        const struct dataset_example *e = &d.examples[d.validation[v]];
        for (int i = 0; i < d.train_count; i++) {
            const struct dataset_example *other = &d.examples[d.train[i]];
            assert_false(e->length == other->length &&
                         !memcmp(d.symbols + e->start, d.symbols + other->start, (size_t)e->length * sizeof(int)));
        }
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

// ---- tunes, their sound, their files ----

static char eos[] = "<EOS>", march[] = "march", held[] = "-", rest[] = ".", c4[] = "C4", e4[] = "E4", a4[] = "A4";
static char *const texts[] = {eos, march, held, rest, c4, e4, a4};
static const int melody[] = {-1, 1, 4, 2, 5, 3, 2, 6, 2, 2};
static const struct tune_note notes[] = {{2, 2, 60}, {4, 1, 64}, {7, 3, 69}};

static void test_tunes(void **state) {
    (void)state;
    struct tune tune;
    tune_from_symbols(&tune, texts, melody, 10);
    assert_int_equal(tune.count, 3); // a rest ends a note: what holds behind it holds nothing
    assert_memory_equal(tune.notes, notes, sizeof notes);
    tune_release(&tune);
    const double roll[5][3] = {{1, 0, 0}, {1, 0, 1}, {1, 1, 0}, {0, 1, 0}, {1, 1, 0}};
    static const struct tune_note expected[] = {{0, 3, 21}, {1, 1, 23}, {2, 3, 22}, {4, 1, 21}};
    tune_from_roll(&tune, &roll[0][0], 5, 3, 21);
    assert_int_equal(tune.count, 4);
    assert_memory_equal(tune.notes, expected, sizeof expected);
    tune_release(&tune);
}

// How alike sound is to itself `lag` samples later.
static double alike(const struct sound *sound, int from, int count, double lag) {
    double both = 0, one = 0;
    int whole = (int)lag;
    for (int i = from; i < from + count; i++) {
        double later = sound->samples[i + whole] * (1 - lag + whole) + sound->samples[i + whole + 1] * (lag - whole);
        both += sound->samples[i] * later;
        one += sound->samples[i] * sound->samples[i];
    }
    return both / one;
}

static void test_strings_are_in_tune(void **state) {
    (void)state;
    struct tune_note note = {0, 4, 69};
    struct tune tune = {.notes = &note, .count = 1, .steps = 4, .seconds = 0.25};
    struct sound sound;
    sound_of_tune(&sound, &tune);
    double period = sound.rate / 440.0, best = 0, found = 0;
    for (double lag = period * 0.9; lag < period * 1.1; lag += 0.02) {
        double now = alike(&sound, 4000, 4000, lag);
        if (now > best) best = now, found = lag;
    }
    assert_true(best > 0.9);
    assert_true(fabs(found / period - 1) < 0.005); // a twelfth of a semitone
    for (int i = 0; i < sound.count; i++)
        assert_true(fabsf(sound.samples[i]) <= 0.81f);
    sound_release(&sound);
}

// What is heard has the bands that the network reads.
static void test_bands_are_heard(void **state) {
    (void)state;
    struct dataset d = make("speech");
    const struct picture_of_input picture = dataset_picture(&d);
    for (int i = 0; i < 8; i++) {
        int T = d.examples[i].length;
        double *values = malloc((size_t)T * 16 * sizeof *values);
        for (int k = 0; k < T * 16; k++)
            values[k] = frame(&d, i, 0)[k];
        struct sound sound;
        sound_of_bands(&sound, values, T, 16, &picture, SPEECH_RATE, (double)BANDS_HOP / SPEECH_RATE);
        float *again = malloc((size_t)bands_frames(sound.count) * 16 * sizeof *again);
        bands_measure(sound.samples, sound.count, SPEECH_RATE, 16, 50, again);
        double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
        int n = 0;
        for (int t = 0; t < T - 2; t++)
            for (int k = 0; k < 16; k++, n++) {
                double a = values[t * 16 + k], b = again[t * 16 + k];
                x += a, y += b, xx += a * a, yy += b * b, xy += a * b;
            }
        double r = (n * xy - x * y) / sqrt((n * xx - x * x) * (n * yy - y * y));
        if (r < 0.8) fail_msg("example %d, %s: correlation %g", i, label_of(&d, i), r);
        free(values);
        free(again);
        sound_release(&sound);
    }
    dataset_release(&d);
}

static unsigned big(const unsigned char *at, int bytes) {
    unsigned value = 0;
    for (int k = 0; k < bytes; k++)
        value = value << 8 | at[k];
    return value;
}

static unsigned little(const unsigned char *at, int bytes) {
    unsigned value = 0;
    for (int k = bytes - 1; k >= 0; k--)
        value = value << 8 | at[k];
    return value;
}

static unsigned delta(const unsigned char **at) {
    unsigned value = 0;
    do
        value = value << 7 | (**at & 127);
    while (*(*at)++ & 128);
    return value;
}

static void test_midi(void **state) {
    (void)state;
    struct temporary folder;
    assert_true(temporary_make(&folder));
    const char *path = temporary_path(&folder, "tune.mid");
    struct tune tune;
    struct err err = {0};
    struct bytes bytes;
    tune_from_symbols(&tune, texts, melody, 10);
    assert_true(midi_save(path, &tune, &err));
    assert_true(file_read(path, 1 << 20, &bytes, &err));
    const unsigned char *at = (const unsigned char *)bytes.data, *stop = at + bytes.size;
    assert_memory_equal(at, "MThd", 4);
    assert_int_equal(big(at + 4, 4), 6);
    assert_int_equal(big(at + 8, 2), 0);
    assert_int_equal(big(at + 10, 2), 1);
    unsigned quarter = big(at + 12, 2), tempo = 0, tick = 0;
    assert_memory_equal(at + 14, "MTrk", 4);
    assert_int_equal(big(at + 18, 4), bytes.size - 22);
    int sounding[128], count = 0;
    memset(sounding, -1, sizeof sounding);
    bool ended = false;
    for (at += 22; at < stop;) {
        assert_false(ended);
        tick += delta(&at);
        unsigned kind = *at++;
        if (kind == 0xFF) {
            unsigned type = *at++, size = delta(&at);
            if (type == 0x51) tempo = big(at, 3);
            ended = type == 0x2F;
            at += size;
        } else if (kind == 0xC0) {
            at++;
        } else {
            int pitch = at[0];
            assert_true(kind == 0x90 || kind == 0x80);
            if (kind == 0x90)
                sounding[pitch] = (int)tick;
            else {
                assert_true(sounding[pitch] >= 0 && count < 3);
                unsigned step = quarter / 2;
                assert_int_equal(pitch, notes[count].pitch);
                assert_int_equal(sounding[pitch], notes[count].start * (int)step);
                assert_int_equal(tick, (notes[count].start + notes[count].length) * (int)step);
                sounding[pitch] = -1;
                count++;
            }
            at += 2;
        }
    }
    assert_true(ended && count == 3);
    assert_int_equal(tempo, lround(2e6 * tune.seconds));
    bytes_release(&bytes);
    tune.count = 0;
    assert_false(midi_save(path, &tune, &err));
    assert_int_equal(err.code, ERR_VALUE);
    tune_release(&tune);
    remove(path);
    assert_false(
        midi_save("/nowhere/at/all.mid", &(struct tune){.notes = (struct tune_note[]){{0, 1, 60}}, .count = 1}, &err));
}

static void test_wav(void **state) {
    (void)state;
    struct temporary folder;
    assert_true(temporary_make(&folder));
    const char *path = temporary_path(&folder, "sound.wav");
    float samples[] = {0, 0.5f, -0.5f, 1, -1, 2};
    static const int expected[] = {0, 16384, -16384, 32767, -32767, 32767};
    struct sound sound = {.samples = samples, .count = 6, .rate = 8000};
    struct err err = {0};
    struct bytes bytes;
    assert_true(wav_save(path, &sound, &err));
    assert_true(file_read(path, 1 << 20, &bytes, &err));
    const unsigned char *at = (const unsigned char *)bytes.data;
    assert_int_equal(bytes.size, 44 + 12);
    assert_memory_equal(at, "RIFF", 4);
    assert_int_equal(little(at + 4, 4), bytes.size - 8);
    assert_memory_equal(at + 8, "WAVEfmt ", 8);
    assert_int_equal(little(at + 20, 2), 1);
    assert_int_equal(little(at + 22, 2), 1);
    assert_int_equal(little(at + 24, 4), 8000);
    assert_int_equal(little(at + 28, 4), 16000);
    assert_int_equal(little(at + 34, 2), 16);
    assert_memory_equal(at + 36, "data", 4);
    assert_int_equal(little(at + 40, 4), 12);
    for (int i = 0; i < 6; i++)
        assert_in_range((int16_t)little(at + 44 + 2 * i, 2) - expected[i] + 1, 0, 2);
    bytes_release(&bytes);
    sound.count = 0;
    assert_false(wav_save(path, &sound, &err));
    assert_int_equal(err.code, ERR_VALUE);
    temporary_remove(&folder);
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
        struct dataset d = make(known[k].task);
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
        cmocka_unit_test(test_speech),
        cmocka_unit_test(test_formants),
        cmocka_unit_test(test_bands),
        cmocka_unit_test(test_spelling),
        cmocka_unit_test(test_video),
        cmocka_unit_test(test_music),
        cmocka_unit_test(test_tunes),
        cmocka_unit_test(test_strings_are_in_tune),
        cmocka_unit_test(test_bands_are_heard),
        cmocka_unit_test(test_midi),
        cmocka_unit_test(test_wav),
        cmocka_unit_test(test_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
