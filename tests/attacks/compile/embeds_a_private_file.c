/* Tries: to carry /etc/shadow into the program, which prints it when it runs.
   Held: the assembler may not read it; nothing of it is in the report. */
#include <stdio.h>

__asm__(".data\nsecret: .incbin \"/etc/shadow\"\n.byte 0\n.text");
extern char secret[];

int main(void) {
    return puts(secret) < 0;
}
