/* shm-fork: two processes talk through a segment. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

/* At exit: what was printed is written, or the user is told. */
static void flush(void)
{
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("write");
        _exit(1);
    }
}

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* Marked at once, the segment goes with the last process, however that ends. */
static char *attach(int shmid)
{
    char *memory;

    if (shmid < 0)
        fail("shmget");
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (shmctl(shmid, IPC_RMID, NULL) < 0)
        fail("shmctl");
    return memory;
}

static void pass_turn(int end)
{
    char turn = 0;

    if (write(end, &turn, 1) < 0)
        fail("write");
}

static void wait_for_turn(int end)
{
    char turn;

    if (read(end, &turn, 1) < 0)
        fail("read");
}

/* Returns 0 if the child has done its work. */
static int wait_for(pid_t child, const char *name)
{
    int status;

    if (waitpid(child, &status, 0) < 0) {
        perror("wait");
        return 1;
    }
    if (WIFSIGNALED(status))
        fprintf(stderr, "%s died of signal %d\n", name, WTERMSIG(status));
    return status != 0;
}

int main(void)
{
    int shmid, to_1[2], to_2[2], status;
    char *memory;
    pid_t child_1, child_2;

    atexit(flush);
    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    memory = attach(shmid);
    if (pipe(to_1) < 0 || pipe(to_2) < 0)
        fail("pipe");

    child_1 = fork();
    if (child_1 < 0)
        fail("fork");
    if (child_1 == 0) {
        close(to_1[1]);
        close(to_2[0]);
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        pass_turn(to_2[1]);
        wait_for_turn(to_1[0]);
        printf("Process 1 : Responce -> %s\n", memory);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    child_2 = fork();
    if (child_2 < 0)
        fail("fork");
    if (child_2 == 0) {
        close(to_2[1]);
        close(to_1[0]);
        wait_for_turn(to_2[0]);
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        pass_turn(to_1[1]);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    close(to_1[0]);
    close(to_1[1]);
    close(to_2[0]);
    close(to_2[1]);
    status = wait_for(child_1, "process 1");
    if (wait_for(child_2, "process 2") != 0)
        status = 1;
    if (shmdt(memory) < 0)
        fail("shmdt");
    return status;
}
