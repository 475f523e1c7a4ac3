// Tunes and the bands of a voice as sound, measured again; their files, parsed back.

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
#include "file.h"
#include "formants.h"
#include "midi.h"
#include "task_frames.h"
#include "temporary.h"
#include "wav.h"

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
    struct dataset d = frames_of_task("speech");
    const struct picture_of_input picture = dataset_picture(&d);
    for (int i = 0; i < 8; i++) {
        int T = d.examples[i].length;
        double *values = malloc((size_t)T * 16 * sizeof *values);
        for (int k = 0; k < T * 16; k++)
            values[k] = task_frame(&d, i, 0)[k];
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
        if (r < 0.8) fail_msg("example %d, %s: correlation %g", i, task_label(&d, i), r);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tunes),
        cmocka_unit_test(test_strings_are_in_tune),
        cmocka_unit_test(test_bands_are_heard),
        cmocka_unit_test(test_midi),
        cmocka_unit_test(test_wav),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
