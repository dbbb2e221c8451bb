using Kiket.Application.Common;
using Kiket.Application.Tokens;
using Kiket.Infrastructure.Persistence;
using MediatR;

namespace Kiket.Api.Authentication;

/// <summary>
/// Records refused tokens in the audit log of their organization, at most once a minute for each address, so that nobody can fill
/// the log or cause a query with each guess.
/// </summary>
internal sealed partial class RecordedRefusals(TimeProvider time, ILogger<RecordedRefusals> logger)
{
    private const int MaxAddresses = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly BoundedCache<string, long> recorded = new(MaxAddresses);

    /// <param name="caller">The address under which requests are counted.</param>
    public async Task RecordAsync(IMediator mediator, AuthenticateTokenQuery refused, string caller, CancellationToken ct)
    {
        var now = time.GetTimestamp();
        if (recorded.TryGet(caller, out var last) && time.GetElapsedTime(last, now) < Pause)
            return;
        recorded.Keep(caller, now);
        try
        {
            await mediator.Send(new RefuseTokenCommand(refused.Token), ct);
        }
        catch (Exception failure) when (DatabaseFailure.IsUnavailable(failure) || DatabaseFailure.IsLostRace(failure))
        {
            LogFailure(failure.GetBaseException().Message); // the request is refused anyway
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refused token could not be recorded: {Reason}")]
    private partial void LogFailure(string reason);
}
