using System.Diagnostics;
using System.Net;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Extensions;
using Kiket.Application.Tokens;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using MediatR;

namespace Kiket.Api.Authentication;

/// <summary>
/// Records refused credentials in the audit log of their organization, at most once a minute for each address, so that nobody can
/// fill the log or cause a query with each guess.
/// </summary>
internal sealed partial class RecordedRefusals(TimeProvider time, ILogger<RecordedRefusals> logger)
{
    private const int MaxAddresses = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly BoundedCache<string, long> recorded = new(MaxAddresses);

    public Task RecordAsync(IMediator mediator, IRequest<Result<SignedIn>> refused, CancellationToken ct)
    {
        var command = refused switch
        {
            AuthenticateExtensionQuery key => new RefuseTokenCommand(key.Credential, key.Address),
            AuthenticateTokenQuery token => new RefuseTokenCommand(token.Token, token.Address),
            _ => throw new UnreachableException($"{refused.GetType().Name} presents no credential."),
        };
        return RecordAsync(mediator, command, command.Address, ct);
    }

    /// <param name="command">Records it.</param>
    public async Task RecordAsync(IMediator mediator, ICommand<Result<bool>> command, IPAddress? address, CancellationToken ct)
    {
        var (now, caller) = (time.GetTimestamp(), CallerAddress.NameOf(address));
        if (recorded.TryGet(caller, out var last) && time.GetElapsedTime(last, now) < Pause)
            return;
        recorded.Keep(caller, now);
        try
        {
            await mediator.Send(command, ct);
        }
        catch (Exception failure) when (DatabaseFailure.IsUnavailable(failure) || DatabaseFailure.IsLostRace(failure))
        {
            LogFailure(failure.GetBaseException().Message); // the request is refused anyway
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A refused credential could not be recorded: {Reason}")]
    private partial void LogFailure(string reason);
}
