#include "tune.h"

#include "bands.h"
#include "check.h"
#include "mem.h"

#include <math.h>
#include <string.h>

enum { RATE = 22050, VOICE = 120, VOICE_MOST = 3500 };         // Hz
static const double eighth = 0.21, quarter = 0.42, ring = 1.2; // seconds; how long a string sounds on

// ---- notes ----

void tune_release(struct tune *tune) {
    mem_free(tune->notes);
    *tune = (struct tune){0};
}

static struct tune_note *add(struct tune *tune, int start, int pitch) {
    if (tune->count == tune->capacity) {
        int room = tune->capacity ? 2 * tune->capacity : 64;
        struct tune_note *grown = mem_need((size_t)room, sizeof *grown);
        if (tune->count > 0) memcpy(grown, tune->notes, (size_t)tune->count * sizeof *grown);
        mem_free(tune->notes);
        tune->notes = grown;
        tune->capacity = room;
    }
    tune->notes[tune->count] = (struct tune_note){start, 1, pitch};
    return &tune->notes[tune->count++];
}

void tune_from_symbols(struct tune *tune, char *const *texts, const int *symbols, int n) {
    *tune = (struct tune){.steps = n, .seconds = eighth};
    struct tune_note *held = NULL;
    for (int t = 0; t < n; t++) {
        const char *text = symbols[t] >= 0 ? texts[symbols[t]] : "";
        int pitch = picture_pitch(text);
        if (pitch >= 0)
            held = add(tune, t, pitch);
        else if (held && !strcmp(text, "-"))
            held->length++;
        else
            held = NULL;
    }
}

void tune_from_roll(struct tune *tune, const double *values, int T, int channels, int lowest) {
    *tune = (struct tune){.steps = T, .seconds = quarter};
    for (int t = 0; t < T; t++)
        for (int k = 0; k < channels; k++) {
            const double *at = values + (size_t)t * (size_t)channels + k;
            if (at[0] <= 0.5 || (t > 0 && at[-channels] > 0.5)) continue;
            struct tune_note *note = add(tune, t, lowest + k);
            while (t + note->length < T && at[(size_t)note->length * (size_t)channels] > 0.5)
                note->length++;
        }
}

// ---- sound ----

void sound_release(struct sound *sound) {
    mem_free(sound->samples);
    *sound = (struct sound){0};
}

static void scale(struct sound *sound) {
    float largest = 0;
    for (int i = 0; i < sound->count; i++)
        largest = fmaxf(largest, fabsf(sound->samples[i]));
    for (int i = 0; largest > 0 && i < sound->count; i++)
        sound->samples[i] *= 0.8f / largest;
}

// A string: a loop of noise as long as its period, which is smoothed each time around. It is damped when its time is
// over.
static void pluck(struct sound *sound, const struct tune *tune, const struct tune_note *note, struct rng *rng) {
    double period = sound->rate / (440 * pow(2, (note->pitch - 69) / 12.0)) - 0.5; // the smoothing takes half a sample
    int size = (int)period;
    double part = period - size, *loop = mem_need((size_t)size + 2, sizeof *loop), last = 0;
    for (int i = 0; i <= size; i++)
        loop[i] = 2 * rng_uniform(rng) - 1;
    int from = (int)(note->start * tune->seconds * sound->rate),
        until = (int)(note->length * tune->seconds * sound->rate);
    for (int i = 0, at = 0; from + i < sound->count; i++) {
        int next = at + 1 > size ? 0 : at + 1;
        double now = loop[at] * (1 - part) + loop[next] * part; // between two samples: in tune
        double damped = i < until ? 0.998 : 0.96;
        sound->samples[from + i] += (float)now;
        loop[at] = damped * 0.5 * (now + last);
        last = now;
        at = next;
    }
    mem_free(loop);
}

void sound_of_tune(struct sound *sound, const struct tune *tune) {
    *sound = (struct sound){.rate = RATE, .step = tune->seconds};
    sound->count = (int)((tune->steps * tune->seconds + ring) * RATE);
    sound->samples = mem_need((size_t)sound->count, sizeof *sound->samples);
    struct rng rng = rng_seed(1);
    for (int k = 0; k < tune->count; k++)
        pluck(sound, tune, &tune->notes[k], &rng);
    scale(sound);
}

// A filter that lets a band through (two poles, a zero at 0 and at half the rate), of gain 1 in its middle.
struct band_filter {
    double gain, b, c, x1, x2, y1, y2;
};

static struct band_filter band_filter(double low, double high, int rate) {
    double width = M_PI * (high - low) / rate, r = 1 - width > 0.1 ? 1 - width : 0.1;
    double middle = 2 * M_PI * sqrt(low * high) / rate;
    return (struct band_filter){.gain = (1 - r * r) / 2, .b = 2 * r * cos(middle), .c = -r * r};
}

static double filter(struct band_filter *f, double x) {
    double y = f->gain * (x - f->x2) + f->b * f->y1 + f->c * f->y2;
    f->x2 = f->x1, f->x1 = x;
    f->y2 = f->y1, f->y1 = y;
    return y;
}

// How loud a band is: its number between silence and the loudest, 50 dB apart.
static double loudness(double value, const struct picture_of_input *picture) {
    double k = (value - picture->low) / (picture->high - picture->low);
    return k <= 0 ? 0 : pow(10, 2.5 * (fmin(k, 1) - 1));
}

// What a band is made of before its loudness: low bands carry the pulses of a voice, high ones breath. Of power 1.
static void make_carrier(float *out, int count, const double place[3], int rate, struct rng *rng) {
    double low = (place[0] + place[1]) / 2, high = (place[1] + place[2]) / 2, phase = 0, power = 0;
    struct band_filter first = band_filter(low, high, rate), second = first; // one would let too much by
    bool voiced = place[1] < VOICE_MOST;
    for (int i = 0; i < count; i++) {
        phase += VOICE / (double)rate;
        double pulse = phase >= 1 ? 10 : 0, noise = rng_normal(rng);
        if (phase >= 1) phase -= 1;
        double y = filter(&second, filter(&first, voiced ? pulse + 0.1 * noise : noise));
        out[i] = (float)y;
        power += y * y;
    }
    float k = power > 0 ? (float)sqrt(count / power) : 0;
    for (int i = 0; i < count; i++)
        out[i] *= k;
}

void sound_of_bands(struct sound *sound, const double *values, int T, int bands, const struct picture_of_input *picture,
                    int rate, double seconds) {
    check(bands <= BANDS_MAX && picture->high > picture->low, "%d bands", bands);
    *sound = (struct sound){.rate = rate, .step = seconds, .count = (int)(T * seconds * rate)};
    sound->samples = mem_need((size_t)sound->count, sizeof *sound->samples);
    float *carrier = mem_need((size_t)sound->count, sizeof *carrier);
    struct rng rng = rng_seed(1);
    for (int k = 0; k < bands; k++) {
        double place[3];
        bands_place(k, bands, rate, place);
        make_carrier(carrier, sound->count, place, rate, &rng);
        for (int i = 0; i < sound->count; i++) {
            double at = i / (seconds * rate);
            int t = (int)at < T ? (int)at : T - 1, next = t + 1 < T ? t + 1 : t;
            double here = loudness(values[(size_t)t * (size_t)bands + k], picture),
                   there = loudness(values[(size_t)next * (size_t)bands + k], picture);
            sound->samples[i] += carrier[i] * (float)(here + (there - here) * (at - t));
        }
    }
    mem_free(carrier);
    scale(sound);
}
