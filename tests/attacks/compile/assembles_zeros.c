/* Tries: to have the assembler read /dev/zero without end.
   Held: the report says that the compiler was stopped, or may not read it. */
__asm__(".include \"/dev/zero\"");

int main(void) {
    return 0;
}
