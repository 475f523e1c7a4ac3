#include "bands.h"

#include "check.h"

#include <complex.h>
#include <math.h>

enum { LOWEST = 100 }; // Hz; the highest is just under half the rate

int bands_frames(int count) {
    return count < BANDS_WINDOW ? 1 : 1 + (count - BANDS_WINDOW) / BANDS_HOP;
}

static double mel(double hertz) {
    return 2595 * log10(1 + hertz / 700);
}

void bands_place(int k, int bands, int rate, double place[3]) {
    double low = mel(LOWEST), high = mel(0.475 * rate);
    for (int i = 0; i < 3; i++)
        place[i] = 700 * (pow(10, (low + (high - low) * (k + i) / (bands + 1)) / 2595) - 1);
}

// Decimation in time, in place; n a power of two.
static void transform(double complex *x, int n) {
    for (int i = 1, j = 0; i < n; i++) {
        int bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j |= bit;
        if (i < j) {
            double complex swap = x[i];
            x[i] = x[j];
            x[j] = swap;
        }
    }
    for (int size = 2; size <= n; size *= 2) {
        double complex turn = cexp(-2 * M_PI * I / size);
        for (int at = 0; at < n; at += size) {
            double complex factor = 1;
            for (int k = at; k < at + size / 2; k++, factor *= turn) {
                double complex odd = x[k + size / 2] * factor;
                x[k + size / 2] = x[k] - odd;
                x[k] += odd;
            }
        }
    }
}

// Energy at each frequency of the window that begins at `from`.
static void spectrum(const float *samples, int count, int from, double *energy) {
    double complex x[BANDS_WINDOW];
    for (int i = 0; i < BANDS_WINDOW; i++) {
        double window = 0.5 - 0.5 * cos(2 * M_PI * i / BANDS_WINDOW);
        x[i] = from + i < count ? window * samples[from + i] : 0;
    }
    transform(x, BANDS_WINDOW);
    for (int i = 0; i <= BANDS_WINDOW / 2; i++)
        energy[i] = creal(x[i]) * creal(x[i]) + cimag(x[i]) * cimag(x[i]);
}

// A triangle over the band's place.
static double weigh(double hertz, const double place[3]) {
    if (hertz <= place[0] || hertz >= place[2]) return 0;
    return hertz < place[1] ? (hertz - place[0]) / (place[1] - place[0]) : (place[2] - hertz) / (place[2] - place[1]);
}

static double band_energy(const double *energy, int rate, const double place[3]) {
    double step = (double)rate / BANDS_WINDOW, sum = 1e-12;
    for (int i = (int)(place[0] / step); i <= BANDS_WINDOW / 2 && i * step < place[2]; i++)
        sum += weigh(i * step, place) * energy[i];
    return sum;
}

void bands_measure(const float *samples, int count, int rate, int bands, double depth, float *out) {
    check(bands >= 1 && bands <= BANDS_MAX, "%d bands of sound", bands);
    int frames = bands_frames(count);
    double energy[BANDS_WINDOW / 2 + 1], places[BANDS_MAX][3];
    float largest = -INFINITY;
    for (int k = 0; k < bands; k++)
        bands_place(k, bands, rate, places[k]);
    for (int t = 0; t < frames; t++) {
        spectrum(samples, count, t * BANDS_HOP, energy);
        for (int k = 0; k < bands; k++) {
            out[t * bands + k] = (float)(10 * log10(band_energy(energy, rate, places[k])));
            largest = fmaxf(largest, out[t * bands + k]);
        }
    }
    for (int i = 0; i < frames * bands; i++)
        out[i] = (float)fmax(-1, 1 + 2 * ((double)out[i] - largest) / depth);
}
