#include "keys.h"

struct pair {
    SDL_Keycode from;
    int to;
};

static const struct pair named[] = {
    {SDLK_TAB, KEY_TAB},        {SDLK_RETURN, KEY_ENTER},        {SDLK_KP_ENTER, KEY_ENTER},
    {SDLK_ESCAPE, KEY_ESCAPE},  {SDLK_BACKSPACE, KEY_BACKSPACE}, {SDLK_DELETE, KEY_DELETE},
    {SDLK_LEFT, KEY_LEFT},      {SDLK_RIGHT, KEY_RIGHT},         {SDLK_UP, KEY_UP},
    {SDLK_DOWN, KEY_DOWN},      {SDLK_HOME, KEY_HOME},           {SDLK_END, KEY_END},
    {SDLK_PAGEUP, KEY_PAGE_UP}, {SDLK_PAGEDOWN, KEY_PAGE_DOWN},  {SDLK_KP_PLUS, '+'},
    {SDLK_KP_MINUS, '-'},       {SDLK_KP_MULTIPLY, '*'},         {SDLK_KP_DIVIDE, '/'},
    {SDLK_KP_EQUALS, '='},
};

// The number pad: digits with Num Lock, the keys printed below them without.
struct pad {
    SDL_Keycode from;
    int number, plain;
};
static const struct pad pads[] = {
    {SDLK_KP_0, '0', KEY_NONE},      {SDLK_KP_1, '1', KEY_END},         {SDLK_KP_2, '2', KEY_DOWN},
    {SDLK_KP_3, '3', KEY_PAGE_DOWN}, {SDLK_KP_4, '4', KEY_LEFT},        {SDLK_KP_5, '5', KEY_NONE},
    {SDLK_KP_6, '6', KEY_RIGHT},     {SDLK_KP_7, '7', KEY_HOME},        {SDLK_KP_8, '8', KEY_UP},
    {SDLK_KP_9, '9', KEY_PAGE_UP},   {SDLK_KP_PERIOD, '.', KEY_DELETE},
};

int keys_translate(SDL_Keycode key, SDL_Keymod mods) {
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].from == key) return named[i].to;
    for (size_t i = 0; i < sizeof pads / sizeof *pads; i++)
        if (pads[i].from == key) return mods & KMOD_NUM ? pads[i].number : pads[i].plain;
    if (key >= SDLK_F1 && key <= SDLK_F12) return KEY_F1 + (int)(key - SDLK_F1);
    return (key >= ' ' && key < SDLK_DELETE) || (key > 0xa0 && key < 0x100)
               ? (int)key
               : KEY_NONE; // SDL gives printable keys their lower-case character
}

unsigned keys_mods(SDL_Keymod mods) {
    return (mods & KMOD_SHIFT ? MOD_SHIFT : 0u) | (mods & KMOD_CTRL ? MOD_CTRL : 0u) |
           (mods & KMOD_ALT ? MOD_ALT : 0u) | (mods & KMOD_GUI ? MOD_SUPER : 0u);
}
