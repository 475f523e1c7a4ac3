#include "sound.h"

#include "mem.h"

#include <SDL.h>

enum { BUFFER = 1024 };

struct sound_output {
    SDL_AudioDeviceID device; // 0: none is open
    int rate, buffer;
    Uint32 size; // bytes that were queued
};

struct sound_output *sound_output_new(void) {
    return mem_need(1, sizeof(struct sound_output));
}

void sound_output_free(struct sound_output *output) {
    if (!output) return;
    sound_output_stop(output);
    mem_free(output);
}

void sound_output_stop(struct sound_output *output) {
    if (output->device == 0) return;
    SDL_CloseAudioDevice(output->device);
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    *output = (struct sound_output){0};
}

static bool no_sound(struct err *err) {
    return err_set(err, ERR_IO, "nothing can be played here: %s", SDL_GetError());
}

bool sound_output_play(struct sound_output *output, const float *samples, int count, int rate, struct err *err) {
    sound_output_stop(output);
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) return no_sound(err);
    SDL_AudioSpec want = {.freq = rate, .format = AUDIO_F32SYS, .channels = 1, .samples = BUFFER}, have;
    output->device = SDL_OpenAudioDevice(NULL, 0, &want, &have, 0);
    if (output->device == 0) {
        no_sound(err);
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        return false;
    }
    output->rate = rate;
    output->buffer = have.samples;
    output->size = (Uint32)count * sizeof *samples;
    if (SDL_QueueAudio(output->device, samples, output->size) != 0) {
        no_sound(err);
        sound_output_stop(output);
        return false;
    }
    SDL_PauseAudioDevice(output->device, 0);
    return true;
}

double sound_output_position(struct sound_output *output) {
    if (output->device == 0) return -1;
    Uint32 left = SDL_GetQueuedAudioSize(output->device);
    if (left == 0) { // the last buffer is on its way to the ear
        sound_output_stop(output);
        return -1;
    }
    double played = (double)(output->size - left) / sizeof(float) - output->buffer; // what was taken is not yet heard
    return played > 0 ? played / output->rate : 0;
}
