#pragma once
// Sound as energies: short windows (Hann), their spectrum, and its energy in bands that are equally wide on the mel
// scale, in decibels below the loudest band of all. No state; any thread.

enum { BANDS_WINDOW = 512, BANDS_HOP = 320, BANDS_MAX = 32 }; // samples of a window, and from one to the next

// Frames that count samples make: at least one.
int bands_frames(int count);
// out (frames, bands): 1 = the loudest band, -1 = `depth` dB below it and less.
void bands_measure(const float *samples, int count, int rate, int bands, double depth, float *out);
// Where band k begins, has its centre, and ends, in Hz.
void bands_place(int k, int bands, int rate, double place[3]);
