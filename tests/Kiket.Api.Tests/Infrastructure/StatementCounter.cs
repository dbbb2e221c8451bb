using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Infrastructure;

/// <summary>
/// Records every statement that a server sends to its database for a request, but not its background work. The look-up of the
/// credential is left out, because it is usually, but not always, answered from memory.
/// </summary>
internal sealed class StatementCounter : DbCommandInterceptor
{
    public ConcurrentQueue<string> Statements { get; } = [];

    /// <summary>The services for a separate server.</summary>
    public void Listen(IServiceCollection services)
    {
        services.ConfigureDbContext<SqliteKiketDbContext>(options => options.AddInterceptors(this));
        services.ConfigureDbContext<PostgreSqlKiketDbContext>(options => options.AddInterceptors(this));
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default
    )
    {
        Keep(command);
        return ValueTask.FromResult(result);
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command,
        CommandEventData eventData,
        InterceptionResult<int> result,
        CancellationToken cancellationToken = default
    )
    {
        Keep(command);
        return ValueTask.FromResult(result);
    }

    private void Keep(DbCommand command)
    {
        if (Activity.Current is not null && !command.CommandText.Contains("access_tokens", StringComparison.Ordinal))
            Statements.Enqueue(command.CommandText);
    }
}
