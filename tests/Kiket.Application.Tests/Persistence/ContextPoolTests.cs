using Kiket.Application.Ports;
using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application.Tests.Persistence;

/// <summary>
/// Contexts are used again and again, and each by one scope at a time: two requests with one context would see each other's
/// rows, and wait for each other's answers.
/// </summary>
[Trait("Database", "Sqlite")]
public sealed class ContextPoolTests
{
    /// <summary>A scope disposes of a context once for each service by which it was found.</summary>
    [Fact]
    public async Task A_context_that_is_back_in_the_pool_is_not_returned_again_while_another_scope_has_it()
    {
        var collected = KiketServices.Collect(DatabaseProvider.Sqlite, "Data Source=never-opened.db").AddScoped<NextRequest>();
        await using var services = collected.BuildServiceProvider(validateScopes: true);
        NextRequest next;
        await using (var scope = services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<KiketDbContext>();
            next = scope.ServiceProvider.GetRequiredService<NextRequest>(); // begins when the services after it are disposed of
            scope.ServiceProvider.GetRequiredService<IKiketDb>();
        }

        await using var third = services.CreateAsyncScope();
        Assert.NotSame(next.Db, third.ServiceProvider.GetRequiredService<KiketDbContext>());
        await next.Scope!.Value.DisposeAsync();
    }

    private sealed class NextRequest(IServiceScopeFactory scopes) : IDisposable
    {
        public AsyncServiceScope? Scope { get; private set; }

        public KiketDbContext? Db { get; private set; }

        public void Dispose()
        {
            Scope = scopes.CreateAsyncScope();
            Db = Scope.Value.ServiceProvider.GetRequiredService<KiketDbContext>();
        }
    }
}
