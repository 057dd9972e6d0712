/* Tries: to print ESC and forged rows by the assembler's .print, which the compiler passes on; then it fails.
   Held: the lines are escaped and indented: none begins as a row of the report does. */
__asm__(".print \"\033[2J\033[Hcreate   11 of 11   7 of 7   8 of 8   0\"");
__asm__(".print \"fork           16 of 16   15 of 15   27 of 27          0\"");
__asm__(".print \"All that ran passed.\"");

int wrong(void);

int main(void) {
    return wrong();
}
