using Kiket.Domain.Common;

namespace Kiket.Application.Ports;

/// <summary>
/// The one way in which changes are kept: a transaction, with the events that they cause and whatever follows them.
/// </summary>
internal interface IUnitOfWork
{
    /// <summary>Whether work is running.</summary>
    bool IsRunning { get; }

    /// <summary>
    /// Runs work in a transaction and keeps what it changed, unless it refuses or throws. When another writer was faster, it
    /// runs again on fresh data. Inside other work it is a part of that, which stands or falls by itself.
    /// </summary>
    Task<Result<T>> RunAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct);

    /// <summary>Runs work in the same way and takes it back: what it says cannot differ from what would happen.</summary>
    Task<Result<T>> RehearseAsync<T>(Func<Task<Result<T>>> work, CancellationToken ct);

    /// <summary>Writes what has changed so far, for work that needs an id of the database or reads its own changes.</summary>
    Task FlushAsync(CancellationToken ct);

    /// <summary>Writes what has changed so far and lets go of all that was loaded, for work on any number of rows.</summary>
    Task FlushBatchAsync(CancellationToken ct);

    /// <summary>
    /// Says what is to be changed, in a transaction of its own, if the running work refuses. All else that it did is taken
    /// back.
    /// </summary>
    void KeepOnRefusal(Func<Task> change);
}
