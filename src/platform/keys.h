#pragma once
// SDL's keys as the interface knows them.

#include "input.h"
#include <SDL_keyboard.h>

int keys_translate(SDL_Keycode key, SDL_Keymod mods); // KEY_NONE: one that means nothing here
unsigned keys_mods(SDL_Keymod mods);
