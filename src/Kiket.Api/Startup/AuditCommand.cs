using System.CommandLine;
using Kiket.Application.Audit;
using Kiket.Domain.Common;
using MediatR;

namespace Kiket.Api.Startup;

/// <summary><c>audit verify</c>: whether an organization's audit log is as it was written.</summary>
internal static class AuditCommand
{
    public static Command Build()
    {
        var verify = new Command("verify", "Computes the hash chain of an audit log again. Exits with 1 if it was changed.");
        return new("audit", "The audit log.")
        {
            verify.DoesInOrganization(
                async (_, services, ct) =>
                {
                    var mediator = services.GetRequiredService<IMediator>();
                    var verified = await Output.WhileAsync(
                        "Computing the chain",
                        () => mediator.Send(new VerifyAuditLogQuery(), ct)
                    );
                    if (verified.Error is { } error)
                        return error;
                    var (_, records, hash, changed) = verified.Value;
                    return changed is null
                        ? $"{records} records are as they were written. Chain: {hash}"
                        : new Error(
                            ErrorKind.Conflict,
                            ErrorCodes.Conflict,
                            $"The audit log was changed, at record {changed.Id}: {changed.Reason}"
                        );
                }
            ),
        };
    }
}
