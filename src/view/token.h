#pragma once
// A symbol of the vocabulary as a token: mono letters, the drawn return arrow for <EOS>, visible marks for
// white space.

#include "draw.h"

// Centred on x; long symbols shrink.
void token_draw(struct draw_list *list, float x, float baseline, const char *symbol, float size, enum font font,
                color ink);
// The same in a place of its own width: a word shrinks to 11 pixels, then it is cut.
void token_draw_fit(struct draw_list *list, float x, float baseline, float width, const char *symbol, float size,
                    enum font font, color ink);
float token_width(struct draw_list *list, const char *symbol, float size, enum font font);
const char *token_visible(const char *symbol); // the symbol, or a mark for white space and <UNK>
// The same in running text, where a letter is quoted: “o”, <EOS>, space.
void token_words(char *out, size_t size, const char *symbol);
