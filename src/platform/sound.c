#include "sound.h"

#include "mem.h"

#include <SDL.h>
#include <string.h>

enum { BUFFER = 1024 };

// The device asks for samples in a thread of its own, by a callback. (What SDL queues by itself it plays in a thread
// with a stack too small for the thread-local data of the libraries used here.)
struct sound_output {
    SDL_AudioDeviceID device; // 0: none is open
    int rate, buffer;         // samples a second, and of what the device takes at a time
    float *samples;           // owned
    int count;
    int taken; // by the device, silence behind the end with them; under its lock
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
    mem_free(output->samples);
    *output = (struct sound_output){0};
}

static void hand_over(void *context, Uint8 *stream, int size) {
    struct sound_output *output = context;
    int wanted = size / (int)sizeof(float), left = output->count - output->taken;
    int n = left < 0 ? 0 : left < wanted ? left : wanted;
    if (n > 0) memcpy(stream, output->samples + output->taken, (size_t)n * sizeof(float));
    memset(stream + (size_t)n * sizeof(float), 0, (size_t)size - (size_t)n * sizeof(float));
    output->taken += wanted;
}

static bool no_sound(struct err *err) {
    return err_set(err, ERR_IO, "nothing can be played here: %s", SDL_GetError());
}

bool sound_output_play(struct sound_output *output, const float *samples, int count, int rate, struct err *err) {
    sound_output_stop(output);
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) return no_sound(err);
    SDL_AudioSpec want = {.freq = rate,
                          .format = AUDIO_F32SYS,
                          .channels = 1,
                          .samples = BUFFER,
                          .callback = hand_over,
                          .userdata = output},
                  have;
    SDL_AudioDeviceID device = SDL_OpenAudioDevice(NULL, 0, &want, &have, 0); // paused
    if (device == 0) {
        no_sound(err);
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        return false;
    }
    *output = (struct sound_output){.device = device, .rate = rate, .buffer = have.samples, .count = count};
    output->samples = mem_need((size_t)count, sizeof *samples);
    memcpy(output->samples, samples, (size_t)count * sizeof *samples);
    SDL_PauseAudioDevice(device, 0);
    return true;
}

double sound_output_position(struct sound_output *output) {
    if (output->device == 0) return -1;
    SDL_LockAudioDevice(output->device);
    int heard = output->taken - output->buffer; // what was taken last is on its way to the ear
    SDL_UnlockAudioDevice(output->device);
    if (heard >= output->count) {
        sound_output_stop(output);
        return -1;
    }
    return heard > 0 ? (double)heard / output->rate : 0;
}
