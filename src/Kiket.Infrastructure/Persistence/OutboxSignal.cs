namespace Kiket.Infrastructure.Persistence;

/// <summary>Wakes the workers of this process after a commit with events, in this or another process.</summary>
internal sealed class OutboxSignal
{
    private TaskCompletionSource committed = New();
    private TaskCompletionSource committedHere = New();

    /// <summary>
    /// Whether commits of other servers are announced here, or there are no other servers; otherwise workers poll every second.
    /// </summary>
    public bool HearsOthers { get; set; }

    /// <summary>How often to look for work that no commit has announced.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(HearsOthers ? 5 : 1);

    /// <summary>Announces a commit of this process.</summary>
    public void Wake()
    {
        Interlocked.Exchange(ref committedHere, New()).SetResult();
        WakeFromOutside();
    }

    /// <summary>Announces a commit of another process.</summary>
    public void WakeFromOutside() => Interlocked.Exchange(ref committed, New()).SetResult();

    /// <summary>
    /// Completes with the next commit that has events, for any number of listeners. Call it before looking for work, so that none
    /// is missed.
    /// </summary>
    public Task CommittedAsync() => Volatile.Read(ref committed).Task;

    /// <summary>Completes with the next commit of this process that has events.</summary>
    public Task CommittedHereAsync() => Volatile.Read(ref committedHere).Task;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
