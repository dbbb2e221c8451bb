using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Audit;

/// <summary>Records that the audit log is exported. Its pages are then read like those of any list.</summary>
internal sealed record ExportAuditLogCommand : ICommand<Result<AuditExport>>;

internal sealed record AuditExport;

internal sealed class ExportAuditLogHandler(IUnitOfWork work, ICurrentActor current)
    : ICommandHandler<ExportAuditLogCommand, Result<AuditExport>>
{
    public Task<Result<AuditExport>> Handle(ExportAuditLogCommand request, CancellationToken cancellationToken)
    {
        if (current.RefuseAudit() is { } error)
            return Task.FromResult<Result<AuditExport>>(error);
        work.Audit("audit_log", "exported");
        return Task.FromResult<Result<AuditExport>>(new AuditExport());
    }
}
